/** The health check: does an AMQP broker answer there? It says hello, hears connection.start and leaves. */
import { connect, type Socket } from 'node:net';
import { PROTOCOL_HEADER } from '../connection/input/protocol-header.ts';
import { CONNECTION_START, FRAME_METHOD } from '../protocol/generated/constants.ts';
import { systemClock } from '../util/system.ts';
import { UnavailableError } from './failure.ts';

/** The beginning of a method frame: type, channel, size, class and method. */
const START_BYTES = 11;

export interface PingTarget {
  readonly host: string;
  readonly port: number;
  /** True: the port is one for TLS. Whatever certificate it shows will do: nothing is told to it. */
  readonly secure: boolean;
  /** In seconds, from connecting to the answer. */
  readonly timeout: number;
}

/**
 * Resolves when a broker answered.
 * @throws UnavailableError if nothing or something else does
 */
export async function ping({ host, port, secure, timeout }: PingTarget): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string) => reject(new UnavailableError(`no broker answers on ${host} port ${port}: ${reason}`));
  const socket = secure ? await connectSecurely(host, port) : connect({ host, port });
  const timer = systemClock.after(timeout * 1000, () => fail(`nothing came within ${timeout} seconds`));
  let received = Buffer.alloc(0);
  socket.on(secure ? 'secureConnect' : 'connect', () => socket.write(PROTOCOL_HEADER));
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
  socket.on('close', () => fail('it closed the connection'));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < START_BYTES) return;
    if (isStart(received)) resolve();
    else fail('what answers is not an AMQP 0-9-1 broker');
  });
  try {
    await promise;
  } finally {
    timer.cancel();
    socket.destroy();
  }
}

/** Loaded only if it is used. */
async function connectSecurely(host: string, port: number): Promise<Socket> {
  const tls = await import('node:tls');
  return tls.connect({ host, port, rejectUnauthorized: false });
}

function isStart(bytes: Buffer): boolean {
  return bytes[0] === FRAME_METHOD && bytes.readUInt16BE(1) === 0 && bytes.readUInt32BE(7) === CONNECTION_START;
}

/** The address to try for a broker that listens on `host`: one on every address is reached on this machine's own. */
export function reachableHost(host: string): string {
  if (host === '::') return 'localhost';
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
