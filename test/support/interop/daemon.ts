/**
 * Leveret as a child process on a port and a data folder of its own: what a test needs to kill it the hard way and to
 * start it again where it was.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { PATIENCE } from '../patience.ts';
import { spawnTied } from '../processes/tied.ts';

/** What a daemon says when it listens. */
export const READY = 'Server startup complete';
/** To load what serves HTTP is a sixth of a start. */
export const NO_HTTP = ['--management-port', 'none', '--prometheus-port', 'none'];

export interface Daemon {
  readonly url: string;
  readonly port: number;
  /** Ends the process with a signal and waits until it is gone; resolves to its exit code, null after SIGKILL. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export interface DaemonOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Beside the tests' own environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A daemon that may not listen yet. */
export interface StartingDaemon extends Daemon {
  /** Resolves when it says that it listens. Rejects with everything it printed if it exits before, or does not say so in time. */
  readonly ready: Promise<void>;
  /** All that it printed. */
  readonly output: string;
  /** Stops the process where it is, and has it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a daemon and waits until it says that it listens; rejects as `ready` does. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const daemon = spawnDaemon(options);
  await daemon.ready;
  return daemon;
}

/** `patience`: how long it may take until it says that it listens, in milliseconds. */
export function spawnDaemon({ port, dataDir, args = [], env }: DaemonOptions, patience = PATIENCE): StartingDaemon {
  const words = [inject('daemon'), '--port', String(port), ...NO_HTTP, '--data-dir', dataDir, ...args];
  const child = spawnTied([process.execPath, ...words], { env: { ...process.env, ...env } });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`The daemon ${why}. It printed:\n${output}`));
    };
    const timer = setTimeout(() => fail('did not say that it is ready'), patience);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(READY)) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`exited with ${code}`);
    });
  });
  ready.catch(() => undefined);
  // The pipes stay read after this, or a talkative daemon would block on a full one.
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    ready,
    get output() {
      return output;
    },
    signal: (signal) => void child.kill(signal),
    kill: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Below those that the system gives to who asks for any (Linux from 32768, macOS from 49152). */
const [FIRST_PORT, LAST_PORT] = [10_000, 32_000];
/** Ports that one worker of vitest gives, and no other that runs beside it. */
const PORTS_EACH = 1000;
const first = FIRST_PORT + ((Number(process.env['VITEST_POOL_ID'] ?? 0) * PORTS_EACH) % (LAST_PORT - FIRST_PORT));
/** The next in turn, from a random one on: there may be other runs on the machine. */
let next = randomInt(PORTS_EACH);

/**
 * A port that is free, for a daemon that is to come back on the same one. The system gives it to nobody else: neither before the daemon listens, nor
 * while it is away.
 */
export async function freePort(): Promise<number> {
  const port = first + (next++ % PORTS_EACH);
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
}

export interface DataFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty folder for a broker's data. */
export async function dataFolder(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'leveret-interop-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
