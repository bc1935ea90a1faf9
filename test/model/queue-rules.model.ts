/** What counts for a queue as things are: its settings, and by those how much it may hold, how often a message may come back, and until when. */
import { type PolicyModel, type Settings, settingsOf } from './policy.model.ts';
import { type Entry, headAt, type MessageModel, type QueueModel, ready } from './queue.model.ts';
import type { VhostModel } from './vhost.model.ts';

export class QueueRules {
  readonly #topology: VhostModel;
  readonly #policies = new Map<string, PolicyModel>();

  constructor(topology: VhostModel) {
    this.#topology = topology;
  }

  putPolicy(policy: PolicyModel): void {
    this.#policies.set(policy.name, policy);
  }

  deletePolicy(name: string): void {
    this.#policies.delete(name);
  }

  settings(queue: QueueModel): Settings {
    return settingsOf(queue, [...this.#policies.values()]);
  }

  hasDeadLetterExchange(queue: QueueModel): boolean {
    const { 'dead-letter-exchange': name } = this.settings(queue);
    return name === '' || (name !== undefined && this.#topology.exchange(name) !== undefined);
  }

  /** The message as the queue keeps it. */
  entry(queue: QueueModel, message: MessageModel, now: number, seq: number): Entry {
    const { 'message-ttl': ttl = Infinity, 'max-priority': levels = 0, 'queue-type': type } = this.settings(queue);
    return {
      message,
      seq,
      level: Math.min(message.priority ?? 0, levels),
      expiresAt: now + Math.min(ttl, Number(message.expiration ?? Infinity)),
      stored: queue.durable && !queue.exclusive && (message.persistent || type === 'quorum'),
      ready: true,
      delivered: false,
      returns: 0,
    };
  }

  // How much, and how often

  dropsHead(queue: QueueModel): boolean {
    return (this.settings(queue).overflow ?? 'drop-head') === 'drop-head';
  }

  /** `further`: a message that is to come. */
  isTooLong(queue: QueueModel, further?: MessageModel): boolean {
    const { 'max-length': length = Infinity, 'max-length-bytes': bytes = Infinity } = this.settings(queue);
    const messages = ready(queue).map(({ message }) => message);
    if (further !== undefined) messages.push(further);
    return messages.length > length || messages.reduce((sum, { body }) => sum + body.length, 0) > bytes;
  }

  countReturn(queue: QueueModel, entry: Entry): void {
    if (this.settings(queue)['queue-type'] === 'quorum') entry.returns++;
  }

  deliveryLimit(queue: QueueModel): number {
    const { 'delivery-limit': limit = Infinity } = this.settings(queue);
    return limit;
  }

  tooOften(queue: QueueModel): Entry[] {
    return ready(queue).filter(({ returns }) => returns > this.deliveryLimit(queue));
  }

  // Until when

  /** When something happens to it by itself. */
  moment(queue: QueueModel): number {
    return Math.min(headAt(queue), this.unusedAt(queue));
  }

  unusedAt(queue: QueueModel): number {
    return queue.consumers.length > 0 ? Infinity : queue.usedAt + (this.settings(queue).expires ?? Infinity);
  }
}
