/** The HTTP API, as a test asks it. */
import type { Broker } from '../../../src/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. Throws if it is none. */
  readonly json: unknown;
}

export interface AskOptions {
  /** Name and password; `guest:guest` by default, null for none. */
  readonly as?: string | null;
  /** Sent as JSON, unless it is a text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to a path below `/api`. */
export type Ask = (method: string, path: string, options?: AskOptions) => Promise<Answer>;

/** For a broker that was started with a management port. */
export function apiOf({ managementPort }: Broker): Ask {
  return (method, path, options) => ask(`http://127.0.0.1:${managementPort}/api${path}`, method, options);
}

async function ask(
  url: string,
  method: string,
  { as = 'guest:guest', body, headers }: AskOptions = {},
): Promise<Answer> {
  const authorization = as === null ? {} : { authorization: `Basic ${Buffer.from(as).toString('base64')}` };
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...authorization, ...headers },
    body: content ?? null,
    redirect: 'manual',
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as unknown;
    },
  };
}
