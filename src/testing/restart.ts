/** A broker that ends, well or not, and starts again where it was. */
import type { BrokerParts } from '../embed/assemble.ts';
import type { BrokerOptions } from '../embed/options.ts';
import { checkKeys } from './check.ts';
import { type Duration, milliseconds } from './clock/duration.ts';

export interface RestartOptions {
  /**
   * How long nobody listens, 0 by default: of real time, or of message time alone if that is by hand (`clock: 'manual'`). What falls due meanwhile
   * happens when the broker is back, for which some more milliseconds may pass.
   */
  readonly downFor?: Duration | undefined;
}

/** Throws TypeError or RangeError for what they may not be, before the broker ends. */
export function checkRestart(options: RestartOptions): void {
  checkKeys('options', options, ['downFor']);
  milliseconds(options.downFor ?? 0);
}

/** By the protocol of a listener, the option that says its port. */
const PORT_OPTIONS: Readonly<Record<string, keyof BrokerOptions>> = {
  amqp: 'port',
  'amqp/ssl': 'tlsPort',
  http: 'managementPort',
  https: 'managementTlsPort',
  'http/prometheus': 'prometheusPort',
  'https/prometheus': 'prometheusTlsPort',
};

/** The ports that it listens on, as options for the one that comes after it. */
export function portsOf({ listeners }: BrokerParts): BrokerOptions {
  const ports = listeners.places.flatMap(({ protocol, port }) => {
    const option = PORT_OPTIONS[protocol];
    return option === undefined ? [] : [[option, port] as const];
  });
  return Object.fromEntries(ports);
}

/** Ends a broker as the end of its process would: nothing is said to clients, and what is not stored by now never is. */
export async function endAtOnce({ context, ending }: BrokerParts): Promise<void> {
  for (const connection of [...context.connections]) connection.drop();
  await ending.stop();
}
