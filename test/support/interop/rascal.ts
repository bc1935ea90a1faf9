/** rascal, as far as the tests use it: it brings no types. */
import { createRequire } from 'node:module';

interface Rascal {
  readonly BrokerAsPromised: { create(config: object): Promise<RascalBroker> };
  withDefaultConfig(config: object): object;
}

export interface RascalBroker {
  publish(publication: string, message: string | object): Promise<NodeJS.EventEmitter>;
  subscribe(subscription: string): Promise<NodeJS.EventEmitter>;
  /** With all that it declared, the virtual host too. */
  nuke(): Promise<void>;
  shutdown(): Promise<void>;
  on(event: 'error', listener: () => void): void;
}

export const rascal = createRequire(import.meta.url)('rascal') as Rascal;
