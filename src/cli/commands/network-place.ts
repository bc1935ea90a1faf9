/** An API that is reached over the network, by Node's own client. */
import type { RequestOptions } from 'node:https';
import { http } from '../../util/node-http.ts';
import { systemClock } from '../../util/system.ts';
import { type Answer, type HttpRequest, type Place, TimeoutError, UnreachableError } from './exchange.ts';

/** `name`: for the user of a failed command. */
export function networkPlace(name: string, options: RequestOptions): Place {
  return { reachesProcess: false, exchange: (request, timeout) => exchange(name, options, request, timeout) };
}

async function exchange(
  name: string,
  options: RequestOptions,
  { method, path, headers, body }: HttpRequest,
  timeout: number | undefined,
): Promise<Answer> {
  // TLS takes its time to load, and is needed by few.
  const request = options.protocol === 'https:' ? (await import('node:https')).request : http.request;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(
    {
      ...options,
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
    reject(error instanceof TimeoutError ? error : new UnreachableError(`${name}: ${code ?? message}`, code));
  });
  sent.end(body);
  return promise;
}
