/** A broker in this process, as `Broker.start` has it, that tells clients who wait for counts when something happens. */
import { assemble, type BrokerParts, type Surroundings } from '../../src/embed/assemble.ts';
import { Broker } from '../../src/embed/broker.ts';
import type { BrokerOptions } from '../../src/embed/options.ts';
import type { MessageTime } from './message-time.ts';
import { tellOf } from './amqp-client/next-event.ts';

export class TellingBroker extends Broker {
  readonly #untell: () => void;

  private constructor(parts: BrokerParts) {
    super(parts);
    this.#untell = tellOf(this.url, parts.node);
  }

  /** `time`: by which messages age in it; the system's by default. */
  static override async start(
    options: BrokerOptions = {},
    surroundings: Surroundings = {},
    time?: MessageTime,
  ): Promise<TellingBroker> {
    const parts = await assemble(options, time === undefined ? surroundings : { ...surroundings, clocks: time.clocks });
    time?.passesIn(parts);
    return new TellingBroker(parts);
  }

  override async stop(): Promise<void> {
    this.#untell();
    await super.stop();
  }
}
