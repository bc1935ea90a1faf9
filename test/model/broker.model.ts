/**
 * A broker's queues in their simplest form: lists of messages, sorted and searched whole each time, and RabbitMQ's rules written
 * down one by one. Where the rules leave open what comes first, the model takes what the broker did for its own
 * (which of two equal consumers, which queue of a route first), or says that it cannot know (`Ambiguous`).
 */
import { Ambiguous, candidates, type Choices } from './broker.choices.ts';
import { dies, isCycle } from './dead-letter.model.ts';
import type { PolicyModel } from './policy.model.ts';
import {
  type ConsumerModel,
  counted,
  type Entry,
  giveCredit,
  headAt,
  inOrder,
  isRepeat,
  keysOf,
  type MessageModel,
  type QueueDeclaration,
  type QueueModel,
  ready,
  remove,
  type Shown,
  type Unacked,
  withoutBcc,
} from './queue.model.ts';
import { QueueRules } from './queue-rules.model.ts';
import { VhostModel } from './vhost.model.ts';

export class BrokerModel {
  readonly topology = new VhostModel();
  queues: QueueModel[] = [];
  unacked: Unacked[] = [];
  /** What clients are to see of the step that is being done. */
  shown: Shown[] = [];
  /** By channel, for each message published with confirms: whether a queue refused it. */
  readonly refused = new Map<number, boolean[]>();
  /** In the step that is being done: messages that queues took, and dead letters. */
  accepted = 0;
  died = 0;
  now: number;
  readonly #rules = new QueueRules(this.topology);
  readonly #choices: Choices;
  /** The connection is closing: nothing is delivered. */
  #isGone = false;
  #nextSeq = 0;

  constructor(now: number, choices: Choices) {
    this.now = now;
    this.#choices = choices;
  }

  queue(name: string): QueueModel | undefined {
    return this.queues.find((queue) => queue.name === name);
  }

  // Queues

  declareQueue(declaration: QueueDeclaration): void {
    const current = this.queue(declaration.name);
    if (current !== undefined) {
      current.usedAt = this.now;
      return;
    }
    const fresh = { entries: [], consumers: [], usedAt: this.now, dispatching: false, deleted: false };
    this.queues.push({ ...declaration, ...fresh });
    const { name, durable, exclusive, autoDelete } = declaration;
    const owner = exclusive ? 0 : undefined;
    this.topology.declareQueue({ name, durable, autoDelete, owner, consumers: 0, messages: [] });
  }

  deleteQueue(queue: QueueModel): void {
    this.queues = this.queues.filter((other) => other !== queue);
    this.topology.deleteQueue(queue.name);
    queue.deleted = true;
    for (const { channel, tag } of queue.consumers) this.#show('cancel', channel, queue.name, tag, false, undefined);
    queue.entries = queue.consumers = [];
  }

  purge(queue: QueueModel): void {
    queue.entries = queue.entries.filter(({ ready }) => !ready);
  }

  // Policies

  putPolicy(policy: PolicyModel): void {
    this.#changePolicies(() => this.#rules.putPolicy(policy));
  }

  deletePolicy(name: string): void {
    this.#changePolicies(() => this.#rules.deletePolicy(name));
  }

  // Messages

  /** `confirms`: the channel where the publisher waits for a confirm. Returns false where no queue took the message. */
  publish(message: MessageModel, confirms: number | undefined): boolean {
    const keys = keysOf(message);
    const queues = this.topology.route(message.exchange, ...keys);
    const visible = withoutBcc(message);
    let refused = false;
    for (const name of this.#choices.order(queues, message.exchange, keys)) {
      if (this.#accept(this.queue(name)!, visible)) refused = true;
    }
    if (confirms !== undefined) this.refused.set(confirms, [...(this.refused.get(confirms) ?? []), refused]);
    return queues.size > 0;
  }

  returned(channel: number, message: MessageModel): void {
    this.#show('return', channel, '', '', false, withoutBcc(message));
  }

  get(queue: QueueModel, channel: number, noAck: boolean): void {
    queue.usedAt = this.now;
    this.#expireHead(queue);
    const [entry] = ready(queue);
    if (entry === undefined) return;
    this.#show('get', channel, queue.name, '', entry.delivered, counted(entry));
    this.#taken(queue, entry, channel, noAck, undefined);
  }

  settle(deliveries: readonly Unacked[], how: 'ack' | 'reject' | 'requeue'): void {
    for (const delivery of deliveries) {
      const { queue, entry, consumer } = delivery;
      this.unacked = this.unacked.filter((other) => other !== delivery);
      if (consumer !== undefined) giveCredit(consumer);
      if (queue.deleted) continue;
      if (how === 'ack') remove(queue, entry);
      else if (how === 'reject') this.#giveUp(queue, entry, 'rejected');
      else this.#requeue(queue, entry);
    }
    this.#dispatchAll();
  }

  // Consumers

  consume(consumer: ConsumerModel): void {
    consumer.queue.consumers.push(consumer);
    this.#dispatch(consumer.queue);
  }

  cancel(consumer: ConsumerModel): void {
    const { queue } = consumer;
    queue.consumers = queue.consumers.filter((other) => other !== consumer);
    this.#consumerLeft(queue);
  }

  closeChannel(channel: number): void {
    const leaving = this.queues
      .flatMap(({ consumers }) => consumers)
      .filter((consumer) => consumer.channel === channel);
    for (const { queue } of leaving) queue.consumers = queue.consumers.filter((one) => one.channel !== channel);
    this.settle(inOrder(this.unacked.filter((delivery) => delivery.channel === channel)), 'requeue');
    for (const { queue } of leaving) this.#consumerLeft(queue);
    this.refused.delete(channel);
  }

  /** The only connection there is ends, and its exclusive queues with it. */
  closeConnection(channels: readonly number[]): void {
    this.#isGone = true;
    for (const channel of channels) this.closeChannel(channel);
    for (const queue of this.queues) if (queue.exclusive) this.deleteQueue(queue);
    this.#isGone = false;
    // Nobody is left to hear of it.
    this.shown = [];
  }

  /** The broker's process was killed and is there again. */
  restart(): void {
    for (const queue of this.queues.filter(({ durable, exclusive }) => !durable || exclusive)) this.deleteQueue(queue);
    for (const queue of this.queues) {
      queue.consumers = [];
      queue.usedAt = this.now;
      queue.entries = queue.entries.filter(({ stored }) => stored);
      for (const entry of queue.entries) {
        if (!entry.ready) this.#rules.countReturn(queue, entry);
        entry.ready = true;
      }
    }
    this.unacked = [];
    this.shown = [];
    this.refused.clear();
    // Together with what it finds unacknowledged a queue may be longer than it may be.
    const losing = this.queues.filter(
      (queue) => this.#rules.tooOften(queue).length > 0 || headAt(queue) <= this.now || this.#rules.isTooLong(queue),
    );
    if (losing.filter((queue) => this.#rules.hasDeadLetterExchange(queue)).length > 1) throw new Ambiguous();
    for (const queue of losing) {
      for (const entry of this.#rules.tooOften(queue)) {
        if (queue.entries.includes(entry)) this.#giveUp(queue, entry, 'delivery_limit');
      }
      this.#expireHead(queue);
      this.#dropHead(queue);
    }
  }

  // Time

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const moment = Math.min(...this.queues.map((queue) => this.#rules.moment(queue)));
      if (moment > end) break;
      this.now = Math.max(this.now, moment);
      const due = this.queues.filter((queue) => this.#rules.moment(queue) <= this.now);
      const felt = due.some(
        (queue) => this.#rules.unusedAt(queue) <= this.now || this.#rules.hasDeadLetterExchange(queue),
      );
      if (due.length > 1 && felt) throw new Ambiguous();
      for (const queue of due) {
        if (this.#rules.unusedAt(queue) <= this.now) {
          if (headAt(queue) <= this.now && this.#rules.hasDeadLetterExchange(queue)) throw new Ambiguous();
          this.deleteQueue(queue);
        } else this.#expireHead(queue);
      }
    }
    this.now = end;
  }

  // A message's way

  /** Returns true where the queue refuses the message. */
  #accept(queue: QueueModel, message: MessageModel): boolean {
    this.accepted++;
    const settings = this.#rules.settings(queue);
    if (settings['message-deduplication'] === true && isRepeat(queue, message)) return false;
    if (!this.#rules.dropsHead(queue) && this.#rules.isTooLong(queue, message)) {
      if (settings.overflow === 'reject-publish-dlx') this.#deadLetter(queue, message, 'maxlen');
      return true;
    }
    const alone = ready(queue).length === 0;
    const consumer = alone && !queue.dispatching ? this.#next(queue) : undefined;
    const entry = this.#rules.entry(queue, message, this.now, this.#nextSeq++);
    if (consumer === undefined && alone && entry.expiresAt === this.now) {
      this.#deadLetter(queue, message, 'expired');
      return false;
    }
    queue.entries.push(entry);
    if (consumer === undefined) this.#dropHead(queue);
    else this.#deliver(queue, entry, consumer);
    return false;
  }

  #deadLetter(queue: QueueModel, message: MessageModel, reason: string): void {
    const { 'dead-letter-exchange': exchange, 'dead-letter-routing-key': key } = this.#rules.settings(queue);
    if (exchange === undefined || !this.#rules.hasDeadLetterExchange(queue)) return;
    this.died++;
    const letter = dies(message, { queue: queue.name, reason, at: this.now, exchange, key });
    const keys = keysOf(letter);
    const names = this.#choices.order(this.topology.route(exchange, ...keys), exchange, keys);
    for (const name of names) {
      const to = this.queue(name);
      if (to !== undefined && (reason === 'rejected' || !isCycle(letter, name))) this.#accept(to, letter);
    }
  }

  #giveUp(queue: QueueModel, entry: Entry, reason: string): void {
    remove(queue, entry);
    this.#deadLetter(queue, entry.message, reason);
  }

  #requeue(queue: QueueModel, entry: Entry): void {
    this.#rules.countReturn(queue, entry);
    if (entry.returns > this.#rules.deliveryLimit(queue)) {
      this.#giveUp(queue, entry, 'delivery_limit');
      return;
    }
    entry.ready = true;
    this.#dropHead(queue);
  }

  #dropHead(queue: QueueModel): void {
    if (!this.#rules.dropsHead(queue)) return;
    while (this.#rules.isTooLong(queue)) this.#giveUp(queue, ready(queue)[0], 'maxlen');
  }

  #expireHead(queue: QueueModel): void {
    while (headAt(queue) <= this.now) this.#giveUp(queue, ready(queue)[0], 'expired');
  }

  #dispatchAll(): void {
    for (const { consumers } of this.queues) for (const consumer of consumers) consumer.held = false;
    for (const queue of this.queues) this.#dispatch(queue);
  }

  #dispatch(queue: QueueModel): void {
    if (queue.dispatching) return;
    queue.dispatching = true;
    while (ready(queue).length > 0) {
      const consumer = this.#next(queue);
      if (consumer === undefined) break;
      this.#expireHead(queue);
      const [entry] = ready(queue);
      if (entry !== undefined) this.#deliver(queue, entry, consumer);
    }
    queue.dispatching = false;
  }

  #next(queue: QueueModel): ConsumerModel | undefined {
    if (this.#isGone) return undefined;
    const single = this.#rules.settings(queue)['single-active-consumer'] === true;
    const next = candidates(single ? queue.consumers.slice(0, 1) : queue.consumers);
    const seen = this.shown.filter(({ what, queue: name }) => what === 'deliver' && name === queue.name);
    return next.find(({ tag }) => tag === this.#choices.consumer(queue.name, seen.length)) ?? next[0];
  }

  #deliver(queue: QueueModel, entry: Entry, consumer: ConsumerModel): void {
    const { tag, channel, noAck } = consumer;
    this.#show('deliver', channel, queue.name, tag, entry.delivered, counted(entry));
    this.#taken(queue, entry, channel, noAck, consumer);
  }

  #taken(queue: QueueModel, entry: Entry, channel: number, noAck: boolean, consumer: ConsumerModel | undefined): void {
    if (noAck) {
      remove(queue, entry);
      return;
    }
    entry.ready = false;
    entry.delivered = true;
    if (consumer !== undefined) consumer.unacked++;
    this.unacked.push({ channel, tag: 0, queue, entry, consumer });
  }

  #consumerLeft(queue: QueueModel): void {
    if (queue.deleted) return;
    queue.usedAt = this.now;
    if (queue.autoDelete && queue.consumers.length === 0) this.deleteQueue(queue);
    else this.#dispatch(queue);
  }

  #show(
    what: Shown['what'],
    channel: number,
    queue: string,
    consumer: string,
    redelivered: boolean,
    message: MessageModel | undefined,
  ): void {
    this.shown.push({ what, channel, queue, consumer, redelivered, message });
  }

  #changePolicies(change: () => void): void {
    const before = new Map(this.queues.map((queue) => [queue, this.#rules.settings(queue)]));
    change();
    const changed = this.queues.filter(
      (queue) => JSON.stringify(before.get(queue)) !== JSON.stringify(this.#rules.settings(queue)),
    );
    for (const queue of changed) {
      if (before.get(queue)!.expires !== this.#rules.settings(queue).expires) queue.usedAt = this.now;
      if (changed.length > 1 && this.#rules.isTooLong(queue) && this.#rules.hasDeadLetterExchange(queue))
        throw new Ambiguous();
      this.#dropHead(queue);
    }
  }
}
