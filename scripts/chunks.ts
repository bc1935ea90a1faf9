/**
 * Which modules of the bundle come in one file. Each file that is loaded takes a millisecond or more, and health checks run a command every few seconds: so
 * what is always loaded together is one file. What is loaded later, if at all, is left to the bundler.
 */
import type { OutputOptions, Plugin } from 'rolldown';

/** Who loads, by the modules that each begins with: what these import is loaded with them. */
const LOADERS = {
  /** The command line, until it knows what is asked for; the ping of the image's health check is part of it. */
  line: ['cli/main.ts'],
  /** The start of a broker, with a data folder. */
  start: ['cli/daemon.ts', 'embed/broker.ts', 'store/sqlite/sqlite-store.ts'],
  /** A program that has a broker in it. */
  library: ['index.ts'],
  /** The thread of the store. */
  worker: ['store/sqlite/worker.ts'],
  /** The start of a broker with a database. */
  database: ['store/postgres/postgres-store.ts'],
  /** The command line, if there is more on it than the start. */
  asked: ['cli/arguments.ts'],
  /** A command, and those that health checks run. */
  command: ['cli/commands/main.ts', 'cli/commands/rabbitmq-diagnostics.ts'],
  ctl: ['cli/commands/rabbitmqctl.ts'],
};
type Loader = keyof typeof LOADERS;

/** What many load comes first: what it imports has as many loaders or more. */
const FILES = ['shared', 'settings', 'broker', 'store', 'line', 'start', 'command'] as const;

/** What any store needs is in one file. */
const STORES: readonly Loader[] = ['start', 'worker', 'database'];

/** Undefined for what the bundler may put where it likes. */
function fileOf(loaders: readonly Loader[]): (typeof FILES)[number] | undefined {
  if (loaders.length < 2) return FILES.find((file) => file === loaders[0]);
  if (loaders.join() === 'start,database') return undefined;
  if (loaders.every((loader) => STORES.includes(loader))) return 'store';
  if (loaders.join() === 'command,ctl') return 'command';
  if (loaders.some((loader) => loader === 'command' || loader === 'ctl' || loader === 'worker')) return 'shared';
  return loaders.includes('line') || loaders.includes('asked') ? 'settings' : 'broker';
}

interface Chunks {
  readonly plugin: Plugin;
  readonly groups: NonNullable<Exclude<OutputOptions['codeSplitting'], boolean | undefined>['groups']>;
}

/** `source`: the folder of the sources, with a slash at its end. */
export function chunksByLoader(source: string): Chunks {
  const loadersOf = new Map<string, Loader[]>();
  const plugin: Plugin = {
    name: 'chunks-by-loader',
    buildEnd() {
      for (const [loader, entries] of Object.entries(LOADERS)) {
        const waiting = new Set(entries.map((entry) => source + entry));
        for (const id of waiting) {
          const info = this.getModuleInfo(id);
          // One that awaits what imports its own file would wait for ever.
          if (info?.isEntry !== true) loadersOf.set(id, [...(loadersOf.get(id) ?? []), loader as Loader]);
          for (const imported of info?.importedIds ?? []) if (imported.startsWith(source)) waiting.add(imported);
        }
      }
    },
  };
  const groups = FILES.map((name, rank) => ({
    name,
    priority: FILES.length - rank,
    test: (id: string) => fileOf(loadersOf.get(id) ?? []) === name,
  }));
  return { plugin, groups };
}
