/** The paths below `/metrics`: what is asked of them, and how they answer, as RabbitMQ's do. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { HttpApp } from '../management/http/listener.ts';
import { inSlices } from '../management/http/slices.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';
import { CONTENT_TYPE } from './exposition.ts';

const ROOT = '/metrics';
const METHODS = 'HEAD, GET, OPTIONS';
/** Scrapes at a time: each has a list of all objects for as long as its client takes to read. */
const MOST_SCRAPES = 8;
const NOT_FOUND = JSON.stringify({ error: 'Object Not Found', reason: 'Not Found' });

/** What one path tells, piece by piece. `query`: of the request. */
export type Scrape = (query: URLSearchParams) => Iterable<string> | Promise<Iterable<string>>;

/** `scrapes`: by the end of the path behind `/metrics`. */
export function metricsApp(scrapes: ReadonlyMap<string, Scrape>, log: Logger): HttpApp {
  let underWay = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname, query = ''] = request.url!.split('?', 2);
    const path = pathname.replace(/\/$/, '');
    const scrape = path.startsWith(ROOT) ? scrapes.get(path.slice(ROOT.length)) : undefined;
    if (scrape === undefined) return end(response, 404, { 'content-type': 'application/json' }, NOT_FOUND);
    if (request.method === 'OPTIONS') return end(response, 200, { allow: METHODS });
    // RabbitMQ's answer, which monitoring takes for "there are metrics".
    if (request.method === 'HEAD') return end(response, 204);
    if (request.method !== 'GET') return end(response, 405, { allow: METHODS });
    if (!takesText(request.headers.accept)) return end(response, 406);
    if (underWay === MOST_SCRAPES) return end(response, 503, { 'retry-after': '1' });
    underWay++;
    try {
      await send(request, response, scrape, new URLSearchParams(query));
    } finally {
      underWay--;
    }
  }

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    scrape: Scrape,
    query: URLSearchParams,
  ): Promise<void> {
    const lines = await scrape(query);
    const text = Readable.from(inSlices(lines));
    response.setHeader('content-type', CONTENT_TYPE).setHeader('cache-control', 'no-cache');
    response.setHeader('vary', 'accept, accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return pipeline(text, response);
    response.setHeader('content-encoding', 'gzip');
    // What repeats itself so much gets small at once.
    return pipeline(text, createGzip({ level: 1 }), response);
  }

  return {
    answer: (request, response) => {
      const failed = (error: unknown): void => {
        // A client that goes before it has all is no error of anybody's.
        if (!response.destroyed) log.error({ err: error, path: request.url }, 'internal error');
        if (response.headersSent) response.destroy();
        else end(response, 500);
      };
      unawaited(failed, answer(request, response));
    },
  };
}

function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  text = '',
): void {
  response.writeHead(status, headers).end(text);
}

/** As RabbitMQ: who wants nothing but another format gets nothing. */
function takesText(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return accept.split(',').some((range) => /^\s*(\*\/\*|text\/(\*|plain))\s*(;|$)/i.test(range));
}
