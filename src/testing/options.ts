/** What a test passes to `TestBroker.start`, checked. */
import { inspect } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { unknownKey } from '../config/nearest.ts';
import { type BrokerOptions, OPTION_NAMES, resolveOptions } from '../embed/options.ts';

/**
 * All that `Broker.start` takes, with port 0, any that is free, as the default, and `unref` unless there is a control port; and what is a test's own.
 */
export interface TestOptions extends BrokerOptions {
  /** `manual`: message time stands still until `clock.advance`. `real` by default. */
  readonly clock?: 'real' | 'manual' | undefined;
  /** Entries that the log keeps, the newest; 10,000 by default, 0 for none. */
  readonly logSize?: number | undefined;
  /** Milliseconds that a wait takes at most; 2,000 by default. */
  readonly patience?: number | undefined;
  /** Port on this machine for tests in other processes and languages (docs/testing.md); 0 for any that is free, none by default. */
  readonly controlPort?: number | undefined;
  /** Where that listens: 127.0.0.1 by default. Whoever reaches it may do anything with the broker. */
  readonly controlHost?: string | undefined;
}

const OWN_NAMES = ['clock', 'logSize', 'patience', 'controlPort', 'controlHost'];

/** The options that are the broker's. Throws ConfigError with a line for each of the others that is wrong. */
export function checkOptions(options: TestOptions): BrokerOptions {
  // What is no object is refused as `Broker.start` does it.
  if (typeof options !== 'object' || (options as object | null) === null || Array.isArray(options))
    resolveOptions(options);
  const { clock, logSize, patience, controlPort, controlHost, ...brokerOptions } = options;
  const problems = Object.keys(brokerOptions)
    .filter((key) => !OPTION_NAMES.includes(key))
    .map((key) => unknownKey(key, [...OPTION_NAMES, ...OWN_NAMES]));
  if (clock !== undefined && !['real', 'manual'].includes(clock))
    problems.push(`clock must be 'real' or 'manual', not ${inspect(clock)}`);
  for (const [name, value] of Object.entries({ logSize, patience, controlPort })) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      problems.push(`${name} must be 0 or more, not ${inspect(value)}`);
  }
  if (controlHost !== undefined && (typeof controlHost !== 'string' || controlHost === ''))
    problems.push(`controlHost must be an address, not ${inspect(controlHost)}`);
  if (problems.length > 0) throw new ConfigError(problems.map((text) => ({ source: 'options', text })));
  return brokerOptions;
}
