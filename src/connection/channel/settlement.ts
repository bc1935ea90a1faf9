/** What becomes of deliveries that a client is done with: settled, given up, or put back into their queues. */
import type { RequeueCause } from '../../broker/queue/delayed-retry.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { ChannelConsumer } from './channel-consumer.ts';

export type SettlementKind = 'ack' | 'reject' | RequeueCause;

export class Settlement {
  readonly #kind: SettlementKind;
  readonly #release: (consumer: ChannelConsumer | undefined) => void;
  /** Those that got messages back. */
  readonly #queues = new Set<DeclaredQueue>();

  /** `release`: told first that a delivery no longer counts against its consumer's limits. */
  constructor(kind: SettlementKind, release: (consumer: ChannelConsumer | undefined) => void) {
    this.#kind = kind;
    this.#release = release;
  }

  readonly take = (queue: DeclaredQueue, seq: number, consumer: ChannelConsumer | undefined): void => {
    this.#release(consumer);
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
