/**
 * When nothing moves in a broker any more. It knows: no test has to sleep. A client in the same process has a turn of the event loop to
 * answer in; what it does without the broker for longer, such as asking a database, shows by a delivery that it has not acknowledged.
 */
import type { ClientChannel, ClientConnection } from '../broker/operations/clients.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import { Stream } from '../broker/stream/stream.ts';
import type { BrokerContext } from '../connection/broker-context.ts';
import { checkKeys, checkNumber, checkOptional } from './check.ts';
import { WaitBegun, WaitError, type Waits } from './waits.ts';

/** Turns in a row in which nothing happened. A client takes some between what it reads and what it writes. */
const STILL_TURNS = 8;

export interface IdleOptions {
  /** Milliseconds to wait at most; by default the broker's. */
  readonly patience?: number | undefined;
  /**
   * Milliseconds in which nothing may happen: for clients in other processes, whose answers take more than a turn of this one. 0 by
   * default.
   */
  readonly quiet?: number | undefined;
}

export class Stillness {
  readonly #context: () => BrokerContext;
  readonly #waits: Waits;
  readonly #events: () => number;

  /** `events`: how many were observed. */
  constructor(context: () => BrokerContext, waits: Waits, events: () => number) {
    this.#context = context;
    this.#waits = waits;
    this.#events = events;
  }

  /** Resolves when nothing moves. Rejects with what still does. */
  reached(options: IdleOptions, defaultPatience: number): Promise<void> {
    checkKeys('options', options, ['patience', 'quiet']);
    const { patience, quiet = 0 } = options;
    checkOptional('patience', patience);
    checkNumber('quiet', quiet);
    const { clock } = this.#context();
    const begun = new WaitBegun();
    const begin = clock.elapsed();
    const most = patience ?? defaultPatience;
    return this.#stillFor(quiet, (happened) => {
      const moving = this.#moving();
      if (moving === undefined && !happened) return true;
      if (clock.elapsed() - begin <= most) return false;
      throw new WaitError(`within ${most} ms the broker was not idle: ${moving ?? 'clients go on sending'}`, begun);
    });
  }

  /** Resolves when nothing has happened for some turns, though deliveries may wait for their acknowledgement. */
  quiet(): Promise<void> {
    return this.#stillFor(0, (happened) => !happened);
  }

  /** Resolves when turns in a row were still, for so many milliseconds at least. `isStill`: asked at each, told whether anything happened in it. */
  async #stillFor(ms: number, isStill: (happened: boolean) => boolean): Promise<void> {
    const { clock } = this.#context();
    let before = this.#activity();
    let since = clock.elapsed();
    for (let turns = 0; turns < STILL_TURNS || clock.elapsed() - since < ms; turns++) {
      await this.#waits.turn();
      const now = this.#activity();
      if (isStill(now !== before)) continue;
      before = now;
      turns = -1;
      since = clock.elapsed();
    }
  }

  /** Rises with each byte that comes or goes, and each event. */
  #activity(): number {
    let activity = this.#events();
    for (const { counters } of this.#context().connections) activity += counters.recvOct + counters.sendOct;
    return activity;
  }

  /** What still has to be done, by whom; undefined if nothing has. */
  #moving(): string | undefined {
    for (const connection of this.#context().connections) {
      const moving = movingAt(connection);
      if (moving !== undefined) return moving;
    }
    for (const vhost of this.#context().node.vhosts) {
      for (const queue of vhost.queues) {
        const moving = queue instanceof Stream ? undefined : movingIn(queue);
        if (moving !== undefined) return `queue '${queue.name}' in vhost '${vhost.name}' ${moving}`;
      }
    }
    return undefined;
  }
}

function movingAt({ stage, writer, channels, endpoints }: ClientConnection): string | undefined {
  if (stage === 'header' || stage === 'handshake') return `connection ${endpoints.name} is in its handshake`;
  if (writer.pending > 0)
    return `connection ${endpoints.name} has ${writer.pending} bytes that its client does not read`;
  for (const channel of channels.values()) {
    const waiting = unconfirmed(channel);
    if (waiting > 0) return `channel ${channel.number} of ${endpoints.name} waits for ${waiting} confirms`;
  }
  return undefined;
}

function unconfirmed({ confirming, unconfirmedCount }: ClientChannel): number {
  return confirming ? unconfirmedCount : 0;
}

function movingIn(queue: DeclaredQueue): string | undefined {
  if (queue.unacked > 0) {
    const tags = Array.from(queue.consumers).filter(({ unacked }) => unacked > 0);
    const where = tags.length === 0 ? '' : ` (consumer ${tags.map(({ tag }) => `'${tag}'`).join(', ')})`;
    return queue.unacked === 1
      ? `has a delivery that is not acknowledged${where}`
      : `has ${queue.unacked} deliveries that are not acknowledged${where}`;
  }
  if (queue.ready === 0 || queue.consumerCount === 0) return undefined;
  const free = Array.from(queue.consumers).find((consumer) => consumer.ready);
  return free && `has ${queue.ready} messages that consumer '${free.tag}' can take`;
}
