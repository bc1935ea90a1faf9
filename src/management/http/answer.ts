/** Replies and problems as they go out over HTTP: what RabbitMQ's answers look like beside their content, and compression. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { HttpProblem } from './problem.ts';
import { Reply } from './resource.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { inSlices } from './slices.ts';

/** What is smaller is sent as it is. */
const COMPRESSED_FROM = 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const HEADERS = { 'cache-control': 'no-cache', vary: 'accept, accept-encoding, origin', ...SECURITY_HEADERS };

/** Anything that is not a Reply goes out as JSON. */
export function asReply(answer: unknown): Reply {
  return answer instanceof Reply ? answer : new Reply(200, JSON_TYPE, jsonOf(answer));
}

export function asProblem({ status, body, headers }: HttpProblem): Reply {
  return body === undefined
    ? new Reply(status, headers)
    : new Reply(status, { ...headers, ...JSON_TYPE }, jsonOf(body));
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Resolves when it is written. Rejects if it cannot be made to its end, or nobody waits for it any more. */
export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers, content } = reply;
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries({ ...HEADERS, ...headers })));
  const large = typeof content === 'object' && !Buffer.isBuffer(content);
  const bytes = large ? undefined : Buffer.from(content ?? '');
  // What a message has in it may be compressed already, and 100 MiB of it keep a processor busy for seconds.
  const worthIt = bytes
    ? bytes.length >= COMPRESSED_FROM && headers['content-type'] === 'application/json'
    : !(content instanceof Readable);
  const compressed = worthIt && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (compressed) response.setHeader('content-encoding', 'gzip');
  else if (bytes !== undefined && status !== 204) response.setHeader('content-length', bytes.length);
  if (request.method === 'HEAD') {
    // It may have no end that could be waited for.
    if (content instanceof Readable) content.destroy();
    response.end();
    return;
  }
  if (bytes !== undefined && !compressed) {
    response.end(bytes);
    return;
  }
  const source =
    content instanceof Readable ? content : Readable.from(bytes ? [bytes] : inSlices(content as Iterable<string>));
  await (compressed ? pipeline(source, createGzip(), response) : pipeline(source, response));
}

const GONE = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];

/** True for what a client causes that waits for its answer no more. */
export function isOfGoneClient(error: unknown): boolean {
  return GONE.includes((error as { readonly code?: string }).code ?? '');
}
