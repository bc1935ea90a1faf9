/** A queue as a test looks at it: nothing is taken, requeued, or marked as redelivered by any of it. */
import { OperatorActor } from '../broker/operations/actor.ts';
import { messagesAtHand } from '../broker/operations/message-walk.ts';
import { purgeQueue } from '../broker/operations/queues.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import { checkKeys, checkNumber, checkWord } from './check.ts';
import { bindingsOf, cameInstead, noSuchQueue } from './explain.ts';
import { type Inside, vhostOf } from './inside.ts';
import type { LogEntry, LogKind } from './log/log-entry.ts';
import { checkMatch, type Match, matches, printMatch } from './log/match.ts';
import { printMessage, type Properties, type Received, ReceivedMessage } from './log/received.ts';
import { type MessageContent, publishTo } from './publish.ts';

/** What a client made of a delivery. */
export type Settled = 'acked' | 'rejected' | 'requeued' | 'dead-lettered';
const SETTLED: readonly Settled[] = ['acked', 'rejected', 'requeued', 'dead-lettered'];

/** What the last that happened to a message says of it. */
const FATES: Partial<Record<LogKind, string>> = {
  queued: 'no consumer has taken it',
  delivered: 'its consumer has not settled it',
  acked: 'it was acked',
  rejected: 'it was rejected',
  requeued: 'it was requeued',
  'dead-lettered': 'it was dead-lettered',
  dropped: 'it was dropped',
};

export interface WaitOptions {
  /** Milliseconds to wait at most; by default the broker's `patience`. */
  readonly patience?: number | undefined;
}

export class TestQueue {
  readonly #inside: Inside;
  readonly vhost: string;
  readonly name: string;

  /** @internal */
  constructor(inside: Inside, vhost: string, name: string) {
    this.#inside = inside;
    this.vhost = vhost;
    this.name = name;
  }

  /** True if it is declared. */
  get exists(): boolean {
    return this.#found !== undefined;
  }

  /** What lies there now, in the order in which it will go out: ready, at consumers, and waiting for a retry. */
  get messages(): readonly Received[] {
    return Array.from(this.#view());
  }

  /** Messages that wait for a consumer; 0 if there is no such queue, as in all these counts. */
  get ready(): number {
    return this.#found?.ready ?? 0;
  }

  /** Deliveries that wait for their acknowledgement. */
  get unacked(): number {
    return this.#found?.unacked ?? 0;
  }

  /** Messages that came back and wait for their retry. */
  get delayed(): number {
    return this.#found?.delayed ?? 0;
  }

  get consumers(): number {
    return this.#found?.consumerCount ?? 0;
  }

  /**
   * Resolves with a matching message that came to the queue since the start, the last reset or `log.clear()`, or that comes. It is looked at and
   * stays; a consumer may have had it already. `count`: how many have to have come; the last of them is returned.
   */
  toReceive<Body = unknown>(
    match: Match = {},
    options: WaitOptions & { count?: number } = {},
  ): Promise<Received<Body>> {
    checkMatch(match);
    checkKeys('options', options, ['patience', 'count']);
    const { count = 1, patience } = options;
    checkNumber('count', count, 1);
    const wanted = count === 1 ? printMatch(match) : `${count} times a ${printMatch(match)}`;
    return this.#inside.waits.until(
      () => this.#received(match)[count - 1] as Received<Body> | undefined,
      patience,
      () => `queue '${this.name}' received no ${wanted}.\n${this.#explain()}`,
    );
  }

  /** Rejects if a matching message comes: until the broker is idle, or within so many real milliseconds. What came before does not count. */
  async toReceiveNothing(until: 'until idle' | { readonly for: number }, match: Match = {}): Promise<void> {
    checkMatch(match);
    const { order: before } = this.#inside.recorder;
    if (typeof until !== 'object')
      checkWord("toReceiveNothing's first argument, if not { for: MILLISECONDS },", until, ['until idle']);
    if (until === 'until idle') await this.#inside.idle();
    else await this.#inside.waits.pause(until.for);
    const [came] = this.#received(match, before);
    if (came !== undefined)
      throw new Error(`queue '${this.name}' was to receive nothing, and received ${printMessage(came)}`);
  }

  /** Resolves when no message is there: none that is ready, none at a consumer, none that waits. */
  async toBeEmpty(options: WaitOptions = {}): Promise<void> {
    const patience = patienceOf(options);
    const left = () => this.ready + this.unacked + this.delayed;
    await this.#inside.waits.until(
      () => left() === 0 || undefined,
      patience,
      () =>
        `queue '${this.name}' was not empty: ${this.ready} ready, ${this.unacked} at consumers, ${this.delayed} delayed.\n${this.#lying()}`,
    );
  }

  /** Resolves when the queue has so many consumers: an application has come up, or has ended. */
  async toHaveConsumers(count: number, options: WaitOptions = {}): Promise<void> {
    checkNumber('how many consumers', count);
    const patience = patienceOf(options);
    await this.#inside.waits.until(
      () => this.consumers === count || undefined,
      patience,
      () =>
        `queue '${this.name}' had not ${count} consumers but ${this.consumers}. ${this.exists ? '' : noSuchQueue(this.#inside, this)}`,
    );
  }

  /** Resolves when a consumer took a matching message and said what it made of it. */
  toSettle(match: Match, how: Settled, options: WaitOptions = {}): Promise<LogEntry> {
    checkMatch(match);
    checkWord('how', how, SETTLED);
    const patience = patienceOf(options);
    return this.#inside.waits.until(
      () => this.#entries(how).find(({ message }) => message !== undefined && matches(message, match)),
      patience,
      () => `no ${printMatch(match)} of queue '${this.name}' was ${how}.\n${this.#fateOf(match) ?? this.#explain()}`,
    );
  }

  /**
   * Publishes to the queue by the default exchange; an object as JSON. Resolves when it is confirmed.
   * @throws Error if there is no such queue, or it refuses the message
   */
  async put(content: MessageContent, properties?: Properties): Promise<void> {
    const vhost = vhostOf(this.#inside, this.vhost);
    if (!this.exists) throw new Error(noSuchQueue(this.#inside, this));
    await publishTo(vhost, '', this.name, content, properties);
  }

  /** Removes the messages that are ready. Resolves with their number. */
  async purge(): Promise<number> {
    const actor = new OperatorActor(vhostOf(this.#inside, this.vhost));
    return purgeQueue(actor, this.name).untilStored();
  }

  get #found(): DeclaredQueue | undefined {
    return this.#inside.node.vhost(this.vhost)?.queue(this.name);
  }

  *#view(): Iterable<Received> {
    const queue = this.#found;
    if (queue === undefined) return;
    const now = this.#inside.messageTime;
    for (const message of messagesAtHand(queue.log)) yield new ReceivedMessage(message, this.vhost, now, undefined);
  }

  /** `after`: the order of the entry behind which it begins. */
  #received(match: Match, after = 0): readonly Received[] {
    return this.#entries('queued').flatMap(({ order, message }) =>
      order > after && message && matches(message, match) ? [message] : [],
    );
  }

  #entries(kind: LogKind): LogEntry[] {
    const { recorder } = this.#inside;
    return [...recorder].filter(
      (entry) => entry.kind === kind && entry.queue === this.name && entry.vhost === this.vhost,
    );
  }

  /** What became of the last matching message, if any came. */
  #fateOf(match: Match): string | undefined {
    const { recorder } = this.#inside;
    const last = [...recorder].findLast(
      ({ kind, queue, vhost, message }) =>
        FATES[kind] !== undefined &&
        queue === this.name &&
        vhost === this.vhost &&
        message !== undefined &&
        matches(message, match),
    );
    return last && `One came, and ${FATES[last.kind]}:\n  ${printMessage(last.message!)}`;
  }

  #explain(): string {
    if (!this.exists) return noSuchQueue(this.#inside, this);
    return [cameInstead(this.#inside, this, this.#received({})), bindingsOf(this.#inside, this)].join('\n');
  }

  #lying(): string {
    return this.messages
      .slice(0, 10)
      .map((message) => `  ${printMessage(message)}`)
      .join('\n');
  }
}

/** Throws TypeError for other options. */
function patienceOf(options: WaitOptions): number | undefined {
  checkKeys('options', options, ['patience']);
  return options.patience;
}
