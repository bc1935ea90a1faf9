/** What is changed of the node while it runs, and holds until it stops: who is let in, and limits of its configuration. */
import { LOG_LEVEL_WORDS } from '../../../config/rabbitmq/log-keys.ts';
import { parseBytes } from '../../../config/rabbitmq/units.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Api, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { nodeOf } from './facts.ts';

const CONFIGURATION = 'Configuration and Environment';
/** What the API refuses is a word of the command line here. */
const on: Command['on'] = { 400: (_, { message }) => new CommandError(EXIT.data, message) };

export const runningNode: readonly Command[] = [
  {
    name: 'set_disk_free_limit',
    words: '<disk_limit> [<fraction>]',
    group: CONFIGURATION,
    description: "Sets the free disk space below which publishers are stopped: '50MB', or 'mem_relative 1.5'",
    banner: ({ node, words: [limit, fraction] }) =>
      fraction === undefined
        ? `Setting disk free limit on ${node} to ${limit} bytes ...`
        : `Setting disk free limit on ${node} to ${fraction} times the total RAM ...`,
    run: (call) => {
      const [limit, fraction] = call.words;
      const isRelative = limit === 'mem_relative';
      if (isRelative !== (fraction !== undefined)) throw wrong('it takes a size, or mem_relative and a fraction');
      return set(call.api, { disk_free_limit: isRelative ? share(fraction, Infinity) : bytes(limit) });
    },
    on,
  },
  {
    name: 'set_log_level',
    words: '<log_level>',
    group: CONFIGURATION,
    description: `Sets what is logged: ${Object.keys(LOG_LEVEL_WORDS).join(', ')}`,
    banner: ({ words: [level] }) => `Setting log level to "${level}" ...`,
    run: ({ api, words: [level] }) => {
      if (Object.hasOwn(LOG_LEVEL_WORDS, level)) return set(api, { log_level: LOG_LEVEL_WORDS[level] });
      throw new CommandError(
        EXIT.unavailable,
        `level ${level} is not supported. Try one of ${Object.keys(LOG_LEVEL_WORDS).join(', ')}`,
      );
    },
    on,
  },
  {
    name: 'set_vm_memory_high_watermark',
    words: '<fraction> [<value>]',
    group: CONFIGURATION,
    description: "Sets how much of the memory messages may take before they go out of it: '0.4', or 'absolute 2GB'",
    banner: ({ node, words: [fraction, value] }) =>
      value === undefined
        ? `Setting memory threshold on ${node} to ${fraction} ...`
        : `Setting memory threshold on ${node} to ${value} bytes ...`,
    run: (call) => {
      const [fraction, value] = call.words;
      const isAbsolute = fraction === 'absolute';
      if (isAbsolute !== (value !== undefined)) throw wrong('it takes a fraction, or absolute and a size');
      return set(call.api, { memory_budget: isAbsolute ? bytes(value) : share(fraction, 1) });
    },
    on,
  },
  {
    name: 'suspend_listeners',
    group: 'Operations',
    description: 'Lets no more clients in, and leaves those that are in',
    banner: ({ node }) =>
      `Will suspend client connection listeners on node ${node}. The node will no longer accept client connections!`,
    run: acting('suspend_listeners'),
  },
  {
    name: 'resume_listeners',
    group: 'Operations',
    description: 'Lets clients in again',
    banner: ({ node }) =>
      `Will resume client connection listeners on node ${node}. The node will now accept client connections`,
    run: acting('resume_listeners'),
  },
];

/** Has the node do what stands in its API for it. */
export function acting(action: string): (call: Call) => Promise<undefined> {
  return async ({ api }) => {
    const { name } = await nodeOf(api);
    await api.post(path`/nodes/${name}/actions`, { action });
    return undefined;
  };
}

async function set(api: Api, settings: object): Promise<undefined> {
  const { name } = await nodeOf(api);
  return api.put(path`/nodes/${name}/settings`, settings);
}

function bytes(text: string): number {
  const size = parseBytes(text);
  if (size === undefined) throw wrong(`${text} is no size: give bytes, or such as 50MB or 1GiB`);
  return size;
}

/** Of the memory that the broker has. */
function share(text: string, most: number): { readonly relative: number } {
  const relative = text.trim() === '' ? NaN : Number(text);
  if (relative > 0 && relative <= most) return { relative };
  throw wrong(`${text} is no fraction of the memory: give such as 0.4`);
}

function wrong(text: string): CommandError {
  return new CommandError(EXIT.data, text);
}
