/** What the command line asks for. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAddress } from './client/address.ts';
import { SCENARIOS } from './scenarios/registry.ts';
import type { Scenario, Settings } from './scenario.ts';
import { CommandTarget, RemoteTarget, type Target } from './target/target.ts';

export interface Arguments {
  readonly targets: readonly Target[];
  readonly scenarios: readonly Scenario[];
  readonly runs: number;
  readonly settings: Settings;
  /** Folder for the JSON and the chart; undefined writes none. */
  readonly out: string | undefined;
}

export const USAGE = `npm run bench -- [options] [scenario ...]

Measures brokers one after the other by the same scenarios, all of them unless some are named. Ratios are to the first target.

  --target <amqp://...>       a broker that runs, amqps:// over TLS; may be repeated
  --command "<name>=<words>"  a broker to start, with {port} and {dir} where it needs them, or
                              {tls-port} in place of {port} for TLS; may be repeated
  --name <name>               names for the targets given by --target, in their order (default: host:port)
  --runs <n>                  runs of each scenario and target; the median counts (default: 3)
  --seconds <n>               length of a measured stretch (default: 4), after --warmup <n> (default: 1)
  --scale <factor>            of the numbers of things (connections, declarations, backlogs), for a quick look (default: 1)
  --out <folder>              for the JSON and the chart (default: bench/results); --no-out writes none
  --list                      names and describes the scenarios
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Returns what to print instead where nothing is to be measured. Throws UsageError, and TypeError of parseArgs. */
export function parseArguments(args: readonly string[]): Arguments | string {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: {
      target: { type: 'string', multiple: true, default: [] },
      command: { type: 'string', multiple: true, default: [] },
      name: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      warmup: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      out: { type: 'string' },
      'no-out': { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return USAGE;
  if (values.list) return list();
  // In the order of the command line, whichever kind: the first is what the others are compared with.
  const names = [...values.name];
  const targets: Target[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option' || token.value === undefined) continue;
    if (token.name === 'target') targets.push(remote(token.value, names.shift()));
    if (token.name === 'command') targets.push(command(token.value));
  }
  if (targets.length === 0) throw new UsageError('name a broker by --target or --command');
  if (names.length > 0) throw new UsageError(`there is no --target for --name ${names[0]}`);
  const settings = {
    seconds: positive('seconds', values.seconds),
    warmupSeconds: positive('warmup', values.warmup),
    scale: positive('scale', values.scale),
  };
  const folder = values.out ?? fileURLToPath(new URL('./results', import.meta.url));
  const out = values['no-out'] === true ? undefined : folder;
  const runs = positive('runs', values.runs);
  if (!Number.isInteger(runs)) throw new UsageError(`--runs wants a whole number, not ${values.runs}`);
  return { targets, scenarios: select(positionals, targets), runs, settings, out };
}

function remote(url: string, name: string | undefined): Target {
  try {
    const { host, port } = parseAddress(url);
    return new RemoteTarget(name ?? `${host}:${port}`, url);
  } catch (error) {
    throw new UsageError(`--target wants amqp://host:port, not "${url}"`, { cause: error });
  }
}

function command(text: string): Target {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--command wants "name=words", not "${text}"`);
  return new CommandTarget(text.slice(0, at), text.slice(at + 1));
}

function select(names: readonly string[], targets: readonly Target[]): readonly Scenario[] {
  for (const name of names) {
    const named = SCENARIOS.filter((scenario) => scenario.name === name || scenario.group === name);
    if (named.length === 0) throw new UsageError(`there is no scenario ${name}; --list names them`);
    if (named.every(({ needsCommand }) => needsCommand) && targets.every(({ launch }) => launch === undefined)) {
      throw new UsageError(`${name} needs a broker that the bench starts: name one by --command`);
    }
  }
  if (names.length === 0) return SCENARIOS;
  return SCENARIOS.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new UsageError(`--${name} wants a number above zero, not ${text}`);
  return value;
}

function list(): string {
  const line = ({ name, group, description, needsCommand }: Scenario) =>
    `${name.padEnd(11)} ${group.padEnd(11)} ${description}${needsCommand === true ? ' [--command only]' : ''}`;
  return `${SCENARIOS.map(line).join('\n')}\n\nA group's name stands for all of its scenarios.\n`;
}
