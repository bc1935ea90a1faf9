/** The time by which messages age in a broker of this process, which passes when a test says so: see `Clocks`. */
import type { BrokerParts } from '../../src/embed/assemble.ts';
import { ManualClock } from '../../src/testing/clock/manual-clock.ts';
import { Stillness } from '../../src/testing/stillness.ts';
import { Waits } from '../../src/testing/waits.ts';
import type { Clocks } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/system.ts';
import { PATIENCE } from './patience.ts';

export class MessageTime {
  readonly #clock = new ManualClock(systemClock);
  #stillness: Stillness | undefined;

  get clocks(): Clocks {
    return { messages: this.#clock, connections: systemClock };
  }

  /** To be called with the broker that goes by it. */
  passesIn({ node, context }: BrokerParts): void {
    let events = 0;
    node.observe(() => events++);
    this.#stillness = new Stillness(
      () => context,
      new Waits(systemClock, PATIENCE),
      () => events,
    );
  }

  /** What clients in this process have said is heard before. What falls due happens at its moment and in its order. */
  async pass(ms: number): Promise<void> {
    const clock = this.#clock;
    const end = clock.elapsed() + ms;
    do {
      await this.#stillness!.quiet();
      clock.step(end, Infinity);
    } while (clock.elapsed() < end);
  }
}
