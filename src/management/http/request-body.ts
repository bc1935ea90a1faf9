/** The body of a request as bytes. */
import type { IncomingMessage } from 'node:http';
import { hear } from '../../util/guard.ts';
import { HttpProblem } from './problem.ts';

/** `type/subtype`, and what may follow. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/** Of the body that comes, at most. */
export function bytesAhead({ headers }: IncomingMessage, limit: number): number {
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}

/**
 * Whatever its media type, as clients name many. Rejects with HttpProblem 415 for what is none, with 413 for a body that is larger than the limit, and
 * with the system's error if its sender goes.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const { 'content-type': type, 'content-length': announced = 0 } = request.headers;
  if (type !== undefined && !MEDIA_TYPE.test(type)) throw new HttpProblem(415, undefined);
  if (Number(announced) > limit) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const ends = [
    hear(request, 'data', reject, (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) reject(tooLarge());
      else chunks.push(chunk);
    }),
    hear(request, 'end', reject, () => resolve(Buffer.concat(chunks))),
    hear(request, 'error', reject, reject),
  ];
  try {
    return await promise;
  } finally {
    for (const end of ends) end();
  }
}

/** Its sender goes on sending, of which nothing is read as another request. */
function tooLarge(): HttpProblem {
  return new HttpProblem(413, undefined, { connection: 'close' });
}
