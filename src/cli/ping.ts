/** The health check: does an AMQP broker answer there? It says hello, hears connection.start and leaves. */
import { connect } from 'node:net';
import { UnavailableError } from './failure.ts';

const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');
/** A method frame on channel 0: type, channel, size (any), then class 10 and method 10. */
const START_BYTES = 11;

export interface PingTarget {
  readonly host: string;
  readonly port: number;
  /** In seconds, from connecting to the answer. */
  readonly timeout: number;
}

/**
 * Resolves when a broker answered.
 * @throws UnavailableError where nothing or something else does
 */
export async function ping({ host, port, timeout }: PingTarget): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string) => reject(new UnavailableError(`no broker answers on ${host} port ${port}: ${reason}`));
  const socket = connect({ host, port });
  const timer = setTimeout(() => fail(`nothing came within ${timeout} seconds`), timeout * 1000);
  let received = Buffer.alloc(0);
  socket.on('connect', () => socket.write(PROTOCOL_HEADER));
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
    clearTimeout(timer);
    socket.destroy();
  }
}

function isStart(bytes: Buffer): boolean {
  const [frameType, channel, classId, methodId] = [
    bytes[0],
    bytes.readUInt16BE(1),
    bytes.readUInt16BE(7),
    bytes.readUInt16BE(9),
  ];
  return frameType === 1 && channel === 0 && classId === 10 && methodId === 10;
}

/** The address to try for a broker that listens on `host`: one on every address is reached on this machine's own. */
export function reachableHost(host: string): string {
  if (host === '::') return 'localhost';
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
