/** The broker as a whole: its name, its feature flags, and its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';

/** Between two looks whether the process is gone, in milliseconds. */
const PAUSE_MS = 50;
const STOP_MS = 60_000;

export const node: readonly Command[] = [
  {
    name: 'stop',
    words: '[<pidfile>]',
    group: 'Nodes',
    description: 'Stops the broker of the data folder, and waits until its process is gone',
    banner: ({ node }) => `Stopping and halting node ${node} ...`,
    run: async (call) => {
      if (call.option('url') !== undefined) {
        throw new CommandError(EXIT.usage, 'stop is for the broker of a data folder: it takes no --url');
      }
      const [{ os_pid: pid }] = await call.api.get<readonly { readonly os_pid: string }[]>('/nodes');
      const end = performance.now() + (call.timeout ?? STOP_MS);
      process.kill(Number(pid), 'SIGTERM');
      while (isRunning(Number(pid))) {
        if (performance.now() > end) throw new CommandError(EXIT.timeout, `the process ${pid} did not end in time`);
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

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
