/** Starts a broker as a process of its own, and tells when it answers, what memory it has, and stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { residentBytes } from './process.ts';

export interface LaunchedBroker {
  readonly url: string;
  /** Where Leveret's HTTP API and its metrics are: `http://127.0.0.1:` and a port. */
  readonly management: string;
  readonly metrics: string;
  readonly pid: number;
  /** From exec to the first octets that answer a protocol header, in milliseconds. */
  readonly startMs: number;
  /** Resident memory of the process and its children, in bytes. */
  resident(): number;
  /** SIGTERM, and SIGKILL where that does not help. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 20_000;
const RETRY_MS = 5;
const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');

export async function launch(command: string, folder: string): Promise<LaunchedBroker> {
  // It listens for HTTP too, as it does by default, but where nobody else does.
  const [port, management, metrics] = [await freePort(), await freePort(), await freePort()];
  const [program, ...args] = command
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/\{(?:tls-)?port\}/g, String(port)).replaceAll('{dir}', folder));
  const secure = command.includes('{tls-port}');
  const startedAt = performance.now();
  // A group of its own, so that what the command starts goes with it.
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, LEVERET_MANAGEMENT_PORT: `${management}`, LEVERET_PROMETHEUS_PORT: `${metrics}` },
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await once(child, 'spawn');
  const killed = (): void => signal(child, 'SIGKILL');
  // Before its folder goes.
  process.prependOnceListener('exit', killed);
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    signal(child, 'SIGTERM');
    await Promise.race([exited, sleep(STOP_MS, undefined, { ref: false })]);
    signal(child, 'SIGKILL');
    process.off('exit', killed);
  };
  try {
    while (!(await answers(port, secure))) {
      if (child.exitCode !== null) throw new Error(`${program} exited with ${child.exitCode}`);
      if (performance.now() - startedAt > START_MS) throw new Error(`${program} does not answer`);
      await sleep(RETRY_MS);
    }
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}. It printed:\n${output}`, { cause: error });
  }
  const startMs = performance.now() - startedAt;
  const pid = child.pid!;
  return {
    url: `${secure ? 'amqps' : 'amqp'}://guest:guest@127.0.0.1:${port}`,
    management: `http://127.0.0.1:${management}`,
    metrics: `http://127.0.0.1:${metrics}`,
    pid,
    startMs,
    resident: () => residentBytes(pid),
    stop,
  };
}

function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid!, name);
  } catch {
    // All of the group are gone.
  }
}

/** Resolves to true where a broker answers a protocol header. `secure`: over TLS. */
async function answers(port: number, secure: boolean): Promise<boolean> {
  const place = { host: '127.0.0.1', port };
  const socket = secure ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place);
  try {
    await once(socket, secure ? 'secureConnect' : 'connect');
    socket.write(PROTOCOL_HEADER);
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
