/** Commands that wait for the broker, or ask whether it is there. */
import { existsSync, readFileSync } from 'node:fs';
import type { ProcessState } from '../../../util/control-socket.ts';
import { delay, systemClock } from '../../../util/system.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { TimeoutError, UnreachableError } from '../exchange.ts';
import { message } from '../output/output.ts';

const PING_MS = 60_000;
const STARTUP_MS = 300_000;
const PID_FILE_MS = 10_000;
/** Between two looks. */
const PAUSE_MS = 50;

export const ping: Command = {
  name: 'ping',
  group: 'Monitoring, observability and health checks',
  description: 'Checks that the broker is up and answers',
  banner: ({ node, timeout = PING_MS }) =>
    `Will ping ${node}. This only checks if the OS process is running and registered with epmd. Timeout: ${timeout} ms.`,
  run: async (call) => {
    if ((await stateOf(call)) !== 'unreachable') return message('Ping succeeded');
    const { node, timeout = PING_MS } = call;
    throw new CommandError(EXIT.unavailable, `Failed to connect and authenticate to ${node} in ${timeout} ms`);
  },
};

export const startup: readonly Command[] = [
  {
    name: 'await_startup',
    group: 'Nodes',
    description: 'Waits for the RabbitMQ application to start on the target node',
    run: async (call) => {
      const { node, timeout = STARTUP_MS } = call;
      if ((await stateOf(call)) === 'stopped') throw new CommandError(EXIT.unavailable, 'rabbit_is_not_running');
      await until(() => isUp(call), timeout, `operation await_startup on node ${node}`);
      return undefined;
    },
  },
  {
    name: 'wait',
    words: '[<pidfile>]',
    options: [{ name: 'pid', short: 'P', value: '<pid>' }],
    group: 'Nodes',
    description: 'Waits for RabbitMQ node startup by monitoring a local PID file',
    run: async (call) => {
      const { node, words, timeout = PID_FILE_MS } = call;
      const operation = `operation wait on node ${node}`;
      const [file] = words;
      const lines = file === undefined ? [] : [`Waiting for pid file '${file}' to appear`];
      if (file !== undefined) await until(() => existsSync(file), timeout, operation);
      const pid = call.option('pid') ?? (file === undefined ? undefined : readFileSync(file, 'utf8').trim());
      if (pid === undefined) throw new CommandError(EXIT.usage, 'wait takes a pid file, or --pid');
      lines.push(`pid is ${pid}`);
      lines.push(`Waiting for erlang distribution on node '${node}' while OS process '${pid}' is running`);
      lines.push(`Waiting for applications 'rabbit_and_plugins' to start on node '${node}'`);
      await until(() => isUp(call), timeout, operation);
      lines.push(`Applications 'rabbit_and_plugins' are running on node '${node}'`);
      return lines.join('\n');
    },
  },
];

/** `stopped`: the process is there, and its broker is not. */
export async function stateOf({ api }: Call): Promise<ProcessState | 'unreachable'> {
  try {
    return await api.state();
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof TimeoutError) return 'unreachable';
    throw error;
  }
}

async function isUp(call: Call): Promise<boolean> {
  return (await stateOf(call)) === 'running';
}

/** Throws CommandError if it is not so in time, in milliseconds. */
export async function until(isSo: () => boolean | Promise<boolean>, within: number, operation: string): Promise<void> {
  const end = systemClock.elapsed() + within;
  while (!(await isSo())) {
    if (systemClock.elapsed() > end) {
      throw new CommandError(EXIT.timeout, `Error: ${operation} timed out. Timeout value used: ${within}`, true);
    }
    await delay(PAUSE_MS);
  }
}
