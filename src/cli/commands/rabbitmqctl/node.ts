/** The broker as a whole: its name, its feature flags, and its end. */
import { delay, systemClock } from '../../../util/system.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Api, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { nodeOf } from './facts.ts';
import { stateOf, until } from './startup.ts';

/** Between two looks whether the process is gone, in milliseconds. */
const PAUSE_MS = 50;
const STOP_MS = 60_000;

export const node: readonly Command[] = [
  {
    name: 'force_reset',
    group: 'Nodes',
    description: 'Removes all that the stopped broker stored',
    banner: ({ node }) => `Forcefully resetting node ${node} ...`,
    run: reset,
    on: { 404: ofAProgram, 409: notStopped },
  },
  {
    name: 'reset',
    group: 'Nodes',
    description: 'Removes all that the stopped broker stored: users, vhosts, queues, messages',
    banner: ({ node }) => `Resetting node ${node} ...`,
    run: reset,
    on: { 404: ofAProgram, 409: notStopped },
  },
  {
    name: 'start_app',
    waits: true,
    group: 'Nodes',
    description: 'Starts the broker that stop_app stopped',
    banner: ({ node }) => `Starting node ${node} ...`,
    run: (call) => daemonOf(call).daemon('start'),
    on: { 404: ofAProgram },
  },
  {
    name: 'stop_app',
    waits: true,
    group: 'Nodes',
    description: 'Stops the broker, and leaves its process running',
    banner: ({ node }) => `Stopping rabbit application on node ${node} ...`,
    run: async (call) => {
      const { node, timeout = STOP_MS } = call;
      if ((await stateOf(call)) === 'stopped') return undefined;
      await daemonOf(call).daemon('stop');
      const isStopped = async (): Promise<boolean> => (await stateOf(call)) === 'stopped';
      await until(isStopped, timeout, `operation stop_app on node ${node}`);
      return undefined;
    },
    on: { 404: ofAProgram },
  },
  {
    name: 'stop',
    waits: true,
    words: '[<pidfile>]',
    group: 'Nodes',
    description: 'Stops the broker of the data folder, and waits until its process is gone',
    banner: ({ node }) => `Stopping and halting node ${node} ...`,
    run: async (call) => {
      const { os_pid: pid } = await nodeOf(daemonOf(call));
      const end = systemClock.elapsed() + (call.timeout ?? STOP_MS);
      process.kill(Number(pid), 'SIGTERM');
      while (isRunning(Number(pid))) {
        if (systemClock.elapsed() > end) throw new CommandError(EXIT.timeout, `the process ${pid} did not end in time`);
        await delay(PAUSE_MS);
      }
      return undefined;
    },
  },
  {
    name: 'set_cluster_name',
    words: '<name>',
    group: 'Configuration and Environment',
    description: 'Sets the cluster name',
    banner: ({ words: [name] }) => `Setting cluster name to ${name} ...`,
    run: ({ api, words: [name] }) => api.put('/cluster-name', { name }),
  },
  {
    name: 'list_feature_flags',
    group: 'Feature flags',
    description: 'Lists feature flags',
    banner: () => 'Listing feature flags ...',
    run: async ({ api }) => {
      const flags = await api.get<readonly { readonly name: string; readonly state: string }[]>('/feature-flags');
      return { columns: ['name', 'state'], rows: flags.map(({ name, state }) => [name, state]) };
    },
  },
  {
    name: 'enable_feature_flag',
    words: '<feature_flag>',
    group: 'Feature flags',
    description: 'Enables a feature flag or all supported feature flags',
    banner: ({ words: [flag] }) =>
      flag === 'all' ? 'Enabling all feature flags ...' : `Enabling feature flag "${flag}" ...`,
    run: ({ api, words: [flag] }) => api.put(path`/feature-flags/${flag}/enable`),
    on: {
      400: ({ node }) => new CommandError(EXIT.usage, `This feature flag is not supported by node ${node}`),
    },
  },
];

/** Throws CommandError for a broker that is reached over the network. */
function daemonOf({ api, option, flag }: Call): Api {
  if (option('url') === undefined && !flag('offline')) return api;
  throw new CommandError(
    EXIT.usage,
    'this is for the broker that runs on a data folder: it takes neither --url nor --offline',
  );
}

function reset(call: Call): Promise<undefined> {
  return daemonOf(call).daemon('reset');
}

function notStopped(): CommandError {
  return new CommandError(
    EXIT.usage,
    "Error: this command requires the 'rabbit' app to be stopped on the target node. Stop it with 'rabbitmqctl stop_app'.",
    true,
  );
}

function ofAProgram(): CommandError {
  return new CommandError(EXIT.unavailable, 'this broker is part of a program, which starts and stops it');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
