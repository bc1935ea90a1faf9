/**
 * A broker that is reached by its control socket, in HTTP/1.0: the answer ends with the connection. Node's client for HTTP takes longer to load
 * than all else that a health check does.
 */
import { connect } from 'node:net';
import { systemClock } from '../../util/system.ts';
import { type Answer, type HttpRequest, type Place, TimeoutError, UnreachableError } from './exchange.ts';

const HEAD_END = '\r\n\r\n';

/** `path`: of the socket. */
export function socketPlace(path: string): Place {
  return { reachesProcess: true, exchange: (request, timeout) => exchange(path, request, timeout) };
}

async function exchange(path: string, request: HttpRequest, timeout: number | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const socket = connect(path);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = (reason: string, code?: string): void => {
    const answer = readAnswer(Buffer.concat(chunks));
    if (answer === undefined) reject(new UnreachableError(`${path}: ${reason}`, code));
    else resolve(answer);
  };
  socket.on('end', () => ended('its answer broke off'));
  // A broker that is told to end may be gone before it has taken all of the question, and has answered nevertheless.
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => ended(code ?? message, code));
  const late = (): void => reject(new TimeoutError(String(timeout)));
  const timer = timeout === undefined ? undefined : systemClock.after(timeout, late);
  socket.write(Buffer.concat([Buffer.from(headOf(request), 'latin1'), Buffer.from(request.body)]));
  try {
    return await promise;
  } finally {
    timer?.cancel();
    socket.destroy();
  }
}

function headOf({ method, path, headers, body }: HttpRequest): string {
  const all = { host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.0`, ...lines].join('\r\n') + HEAD_END;
}

/** Undefined if something of it is missing. */
function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const body = bytes.subarray(end + HEAD_END.length);
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (length !== undefined && body.length < Number(length)) return undefined;
  const [, status] = head.split(' ', 2);
  return { status: Number(status), text: body.toString() };
}
