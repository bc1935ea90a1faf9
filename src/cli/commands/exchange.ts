/** One request over HTTP and its answer, whatever is asked. */
import type { RequestOptions } from 'node:https';
import { http } from '../../util/node-http.ts';
import { systemClock } from '../../util/system.ts';

/** Where an API is reached. */
export interface Place {
  /** For the user of a failed command. */
  readonly text: string;
  readonly options: RequestOptions;
}

/** Nobody answers there. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** The system's name of what went wrong. */
  readonly code: string | undefined;

  constructor(text: string, code?: string) {
    super(text);
    this.code = code;
  }
}

/** The answer took longer than the timeout. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

export type Verb = 'GET' | 'PUT' | 'POST' | 'DELETE';
export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: Verb;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** `timeout`: in milliseconds. Throws UnreachableError, TimeoutError. */
export async function exchange(place: Place, asked: HttpRequest, timeout: number | undefined): Promise<Answer> {
  const { method, path, headers, body } = asked;
  // TLS takes its time to load, and is needed by few.
  const request = place.options.protocol === 'https:' ? (await import('node:https')).request : http.request;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(
    {
      ...place.options,
      agent: false,
      method,
      path,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        timer?.cancel();
        resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString() });
      });
    },
  );
  const timer =
    timeout === undefined
      ? undefined
      : systemClock.after(timeout, () => sent.destroy(new TimeoutError(String(timeout))));
  sent.on('error', (error: NodeJS.ErrnoException) => {
    timer?.cancel();
    const { code, message } = error;
    reject(error instanceof TimeoutError ? error : new UnreachableError(`${place.text}: ${code ?? message}`, code));
  });
  sent.end(body);
  return promise;
}
