/** The one way to the broker: its HTTP API, by the session's cookie. Paths are relative, so that the page works behind a proxy's prefix. */
import { bytes } from '../format.ts';
import { texts } from '../texts.ts';

/** Bytes of the body of a request that the API takes, as RabbitMQ's does. */
export const LARGEST_BODY = 20_000_000;

/** What the broker, or the way to it, said no with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0 if the broker was not reached. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Called when the broker says that nobody is signed in, and when it is not reached or is again. */
export const heard: { signedOut: () => void; reached: (isReached: boolean) => void } = {
  signedOut: () => undefined,
  reached: () => undefined,
};

/** A path with names in it, each percent-encoded: `at\`/queues/${vhost}/${name}\``. */
export function at(texts: TemplateStringsArray, ...names: readonly (string | number)[]): string {
  return String.raw({ raw: texts }, ...names.map((name) => encodeURIComponent(String(name).toWellFormed())));
}

/** A path with a query, of what is neither undefined nor empty. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0
    ? path
    : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

/** Rejects with ApiError; with a DOMException if it is aborted. */
export async function send(
  method: string,
  path: string,
  { body, headers, signal }: RequestOptions = {},
): Promise<Response> {
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  if (content !== undefined) checkSize(new Blob([content]).size);
  const asked = fetch(`api${dotsInQuery(path)}`, {
    method,
    headers: { 'x-leveret-page': '1', ...headers },
    credentials: 'same-origin',
    cache: 'no-store',
    ...(content !== undefined && { body: content }),
    ...(signal !== undefined && { signal }),
  });
  const response = await arrived(asked, signal);
  heard.reached(true);
  if (response.ok) return response;
  const problem = new ApiError(response.status, reasonIn(response, await arrived(response.text(), signal)));
  if (response.status === 401 && problem.message === 'Not signed in') heard.signedOut();
  throw problem;
}

/** Throws ApiError for more than the broker would read: a browser that sends it all the same hears of no answer. */
export function checkSize(size: number): void {
  if (size > LARGEST_BODY) throw new ApiError(413, texts.common.tooLarge(bytes(size), bytes(LARGEST_BODY)));
}

/** A browser takes `.` and `..` out of a path: such names go into the query (docs/http-api.md). */
function dotsInQuery(path: string): string {
  const [names, query] = path.split(/\?(.*)/s);
  const parts = names.split('/');
  const dots = parts.flatMap((part, n) => (part === '.' || part === '..' ? [`segment${n}=${part}`] : []));
  if (dots.length === 0) return path;
  const shown = parts.map((part) => (part === '.' || part === '..' ? '-' : part));
  return `${shown.join('/')}?${[query, ...dots].filter(Boolean).join('&')}`;
}

/** The answer as JSON; undefined if it has no body. Rejects as `send`. */
export async function ask<Answer>(method: string, path: string, options?: RequestOptions): Promise<Answer> {
  const response = await send(method, path, options);
  const text = await arrived(response.text(), options?.signal);
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** The answer to GET as its bytes are. Rejects as `send`. */
export async function askBytes(path: string): Promise<Blob> {
  const response = await send('GET', path);
  return arrived(response.blob(), undefined);
}

/** What comes over the network, from its first word to its last: it may break off anywhere. Rejects as `send`. */
async function arrived<Value>(coming: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  try {
    return await coming;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    heard.reached(false);
    throw new ApiError(0, texts.shell.lost);
  }
}

/** The broker's own words, as far as it says any. */
function reasonIn({ status }: Response, text: string): string {
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return typeof reason === 'string' ? reason.trim() : JSON.stringify(reason);
  } catch {
    return text === '' ? `The broker answers ${status}.` : text;
  }
}
