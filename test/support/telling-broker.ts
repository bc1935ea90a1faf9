/** A broker in this process, as `Broker.start` has it, that tells clients who wait for counts when something happens. */
import { assemble, type BrokerParts, type Surroundings } from '../../src/embed/assemble.ts';
import { Broker } from '../../src/embed/broker.ts';
import type { BrokerOptions } from '../../src/embed/options.ts';
import { tellOf } from './amqp-client/next-event.ts';

export class TellingBroker extends Broker {
  readonly #untell: () => void;

  private constructor(parts: BrokerParts) {
    super(parts);
    this.#untell = tellOf(this.url, parts.node);
  }

  static override async start(options: BrokerOptions = {}, surroundings?: Surroundings): Promise<TellingBroker> {
    return new TellingBroker(await assemble(options, surroundings));
  }

  override async stop(): Promise<void> {
    this.#untell();
    await super.stop();
  }
}
