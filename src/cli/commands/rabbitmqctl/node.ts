/** The broker as a whole: its name, its feature flags, and its end. */
import { BROKER_RUNS } from '../../../util/control-socket.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Api, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { stateOf, until } from './startup.ts';

const STOP_MS = 60_000;

export const node: readonly Command[] = [
  {
    name: 'force_reset',
    group: 'Nodes',
    description: 'Removes all that the stopped broker stored',
    banner: ({ node }) => `Forcefully resetting node ${node} ...`,
    run: reset,
    on: { 404: ofAProgram, 409: notReset },
  },
  {
    name: 'reset',
    group: 'Nodes',
    description: 'Removes all that the stopped broker stored: users, vhosts, queues, messages',
    banner: ({ node }) => `Resetting node ${node} ...`,
    run: reset,
    on: { 404: ofAProgram, 409: notReset },
  },
  {
    name: 'start_app',
    waits: true,
    group: 'Nodes',
    description: 'Starts the broker that stop_app stopped',
    banner: ({ node }) => `Starting node ${node} ...`,
    run: async (call) => {
      await processOf(call).process('start');
      return undefined;
    },
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
      await processOf(call).process('stop');
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
      const { pid } = await processOf(call).process('halt');
      await untilGone(call, pid);
      return undefined;
    },
  },
  {
    name: 'shutdown',
    options: [{ name: 'wait' }, { name: 'no-wait' }],
    group: 'Nodes',
    description: 'Stops the broker of the data folder, and tells when its process is gone unless --no-wait is given',
    run: async (call) => {
      const { pid } = await processOf(call).process('halt');
      if (call.flag('no-wait')) return undefined;
      const process = pid === undefined ? 'within a program' : `running at PID ${pid}`;
      call.print(`Shutting down RabbitMQ node ${call.node} ${process}`);
      if (pid !== undefined) call.print(`Waiting for PID ${pid} to terminate`);
      await untilGone(call, pid);
      return `RabbitMQ node ${call.node} ${process} successfully shut down`;
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
    name: 'list_deprecated_features',
    options: [{ name: 'used' }],
    group: 'Feature flags',
    description: 'Lists deprecated features: RabbitMQ has taken some back, and none of them is denied here',
    banner: ({ flag }) => (flag('used') ? 'Listing deprecated features in use ...' : 'Listing deprecated features ...'),
    run: async ({ api, flag }) => {
      const listed = await api.get<readonly { readonly name: string }[]>(
        flag('used') ? '/deprecated-features/used' : '/deprecated-features',
      );
      return { columns: ['name'], rows: listed.map(({ name }) => [name]) };
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

/** `pid`: undefined for a program that had the broker in it, and goes on. */
async function untilGone(call: Call, pid: number | undefined): Promise<void> {
  const isGone = async (): Promise<boolean> =>
    (await stateOf(call)) === 'unreachable' && (pid === undefined || !isRunning(pid));
  await until(isGone, call.timeout ?? STOP_MS, `operation stop on node ${call.node}`);
}

/** Throws CommandError for a broker that is reached over the network. */
function processOf({ api, option, flag }: Call): Api {
  if (option('url') === undefined && !flag('offline')) return api;
  throw new CommandError(
    EXIT.usage,
    'this is for the broker that runs on a data folder: it takes neither --url nor --offline',
  );
}

async function reset(call: Call): Promise<undefined> {
  await processOf(call).process('reset');
  return undefined;
}

function notReset(_: Call, { message }: Error): CommandError {
  if (message !== BROKER_RUNS) return new CommandError(EXIT.unavailable, message);
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
  } catch (error) {
    // There is one, and it is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
