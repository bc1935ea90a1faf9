/** What becomes of deliveries that a client is done with: settled, given up, or put back into their queues. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { RequeueCause } from '../../broker/queue/delayed-retry.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { DeliveringQueue, Unacked } from './unacked.ts';

export type SettlementKind = 'ack' | 'reject' | RequeueCause;

export class Settlement {
  readonly #vhost: Vhost;
  readonly #kind: SettlementKind;
  readonly #release: (consumer: ChannelConsumer | undefined) => void;
  /** Those that got messages back. */
  readonly #queues = new Set<DeliveringQueue>();

  /** `release`: told first that a delivery no longer counts against its consumer's limits. */
  constructor(vhost: Vhost, kind: SettlementKind, release: (consumer: ChannelConsumer | undefined) => void) {
    this.#vhost = vhost;
    this.#kind = kind;
    this.#release = release;
  }

  readonly take = (queue: DeliveringQueue, seq: number, consumer: ChannelConsumer | undefined): void => {
    this.#release(consumer);
    tellSettled(this.#vhost, queue, seq, this.#kind);
    if (this.#kind === 'ack') queue.settle(seq);
    else if (this.#kind === 'reject') queue.reject(seq);
    else {
      queue.requeue(seq, this.#kind);
      this.#queues.add(queue);
    }
  };

  /** All are taken: what came back may go out again. */
  dispatch(): void {
    for (const queue of this.#queues) queue.dispatch();
  }
}

export function tellSettled(
  { observer, name }: Vhost,
  queue: DeliveringQueue,
  seq: number,
  outcome: SettlementKind,
): void {
  if (queue === NOWHERE) return;
  observer?.({ type: 'settled', vhost: name, queue: queue.name, seq, outcome });
}

/** In place of queues that are done with a delivery: what clients say of it concerns nobody. */
export const NOWHERE: DeliveringQueue = {
  name: '',
  type: 'classic',
  deleted: true,
  consumerTimeout: 0,
  settle: () => undefined,
  reject: () => undefined,
  requeue: () => undefined,
  dispatch: () => undefined,
  checkTakeBack: () => undefined,
};

/** What has deliveries. */
interface Delivering {
  readonly connection: { readonly vhost: Vhost };
  readonly unacked: Unacked;
  readonly credit: { readonly release: (consumer: ChannelConsumer | undefined) => void };
}

/** Does with deliveries as if the client had said so. What it says of them later is ignored. All of them, if nothing says which. */
export function settleUnasked(
  { connection: { vhost }, unacked, credit }: Delivering,
  kind: SettlementKind,
  isMeant: (queue: string, seq: number) => boolean = () => true,
): void {
  const settlement = new Settlement(vhost, kind, credit.release);
  unacked.replace(NOWHERE, isMeant, settlement.take);
  settlement.dispatch();
}
