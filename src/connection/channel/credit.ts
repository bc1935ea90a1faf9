/**
 * How many deliveries the consumers of a channel may have outstanding together (basic.qos with `global`), and who goes on when
 * there is room again. What a consumer may have by itself it knows by itself.
 */
import { Deque } from '../../util/deque.ts';
import { startingBehind } from '../../util/rotation.ts';
import type { ChannelConsumer } from './channel-consumer.ts';

/** The channel, as its credit sees it. */
export interface CreditedChannel {
  readonly consumers: ReadonlyMap<string, ChannelConsumer>;
  readonly connection: { readonly takesDeliveries: boolean };
}

export class Credit {
  /** Most deliveries of all consumers; 0 is no limit. */
  limit = 0;
  readonly #channel: CreditedChannel;
  #outstanding = 0;
  /** The limit was in the way of a consumer. */
  #heldUp = false;
  /** The first consumer of the queue that had the turn, when consumers were resumed last and not all could go on. */
  #lastTurn: ChannelConsumer | undefined;
  /** Consumers that a limit of their own held up when one of their deliveries was released. */
  readonly #waiting = new Deque<ChannelConsumer>();

  constructor(channel: CreditedChannel) {
    this.#channel = channel;
  }

  /** True if a consumer may have another delivery to acknowledge; else it hears when it may. */
  admits(): boolean {
    if (!this.#spent) return true;
    this.#heldUp = true;
    return false;
  }

  /** A delivery that is to be acknowledged goes out. */
  spend(): void {
    this.#outstanding++;
  }

  /** The delivery no longer counts against its consumer's limits. Undefined: it was no consumer's. */
  readonly release = (consumer: ChannelConsumer | undefined): void => {
    if (consumer === undefined) return;
    consumer.unacked--;
    this.#outstanding--;
    if (consumer.active || consumer.released) return;
    consumer.released = true;
    this.#waiting.push(consumer);
  };

  /** Deliveries were released: consumers that a limit held up go on. */
  resumeWaiting(): void {
    if (this.#heldUp && !this.#spent) this.resumeAll();
    const waiting = this.#waiting;
    const count = waiting.length;
    if (count === 0) return;
    for (let i = 0; i < count; i++) waiting.at(i).released = false;
    let ordered = true;
    for (let i = 1; i < count; i++) ordered &&= waiting.at(i - 1).priority >= waiting.at(i).priority;
    if (ordered) for (let i = 0; i < count; i++) waiting.shift()!.resume();
    else resumeByPriority(Array.from({ length: count }, () => waiting.shift()!));
  }

  /**
   * All consumers go on that can. The queues have their turns, since there may not be room for all: one that always has messages would
   * leave the others none.
   */
  resumeAll(): void {
    const { consumers, connection } = this.#channel;
    this.#heldUp = false;
    let exhausted = false;
    const inTurn = startingBehind(consumers.values(), this.#lastTurn);
    for (const ofQueue of Map.groupBy(inTurn, ({ queue }) => queue).values()) {
      const [first] = ofQueue;
      resumeByPriority(ofQueue);
      if (exhausted || (connection.takesDeliveries && !this.#spent)) continue;
      exhausted = true;
      this.#lastTurn = first;
    }
  }

  get #spent(): boolean {
    return this.limit > 0 && this.#outstanding >= this.limit;
  }
}

/** Who is resumed takes what is there: it is the others' turn only once those of a higher priority have their fill. */
function resumeByPriority(consumers: ChannelConsumer[]): void {
  for (const consumer of consumers.sort((a, b) => b.priority - a.priority)) consumer.resume();
}
