/** The broker's HTTP API as the commands ask it: by the control socket of a data folder, or by a URL. */
import { PROCESS_PATH, PROCESS_STATE, type ProcessState, type ProcessWish } from '../../util/control-socket.ts';
import { basicAuthorization, type Headers, type Place, type Verb } from './exchange.ts';

const API = '/api';

/** The API refused: its status and reason, and what else it tells. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, reason: string, details: ApiError['details'] = {}) {
    super(reason);
    this.status = status;
    this.details = details;
  }
}

/** The process is there, and its broker is stopped (`stop_app`). */
export class AppStoppedError extends Error {
  override readonly name = 'AppStoppedError';
}

export class Api {
  readonly #locate: () => Promise<Place>;
  readonly #timeout: number | undefined;
  readonly #headers: Headers;

  /** `locate`: called when something is asked. `timeout`: of each request, in milliseconds. `headers`: of each request. */
  constructor(locate: () => Promise<Place>, timeout: number | undefined, headers: Headers = {}) {
    this.#locate = locate;
    this.#timeout = timeout;
    this.#headers = headers;
  }

  /** Throws ApiError, UnreachableError, TimeoutError; so do all the others. */
  async get<Value>(path: string): Promise<Value> {
    return JSON.parse(await this.#ask('GET', API + path)) as Value;
  }

  /** Undefined for what there is not. */
  async find<Value>(path: string): Promise<Value | undefined> {
    try {
      return await this.get<Value>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async put(path: string, body: object = {}): Promise<undefined> {
    await this.#ask('PUT', API + path, body);
  }

  /** The answer's JSON; undefined if it has none. */
  async post<Value>(path: string, body: object = {}): Promise<Value | undefined> {
    const text = await this.#ask('POST', API + path, body);
    return text === '' ? undefined : (JSON.parse(text) as Value);
  }

  async delete(path: string, headers: Headers = {}): Promise<undefined> {
    await this.#ask('DELETE', API + path, undefined, headers);
  }

  /** Whether the broker runs, or its process is there without it. Over the network who answers runs. */
  async state(): Promise<ProcessState> {
    const place = await this.#locate();
    if (place.reachesProcess)
      return (JSON.parse(await this.#ask('GET', PROCESS_STATE)) as { state: ProcessState }).state;
    await this.get('/whoami');
    return 'running';
  }

  /** Asks the process that the broker is in to start, stop, reset or end it. `pid`: of the process, if it ends with the broker. */
  async process(wish: ProcessWish): Promise<{ readonly pid?: number }> {
    const text = await this.#ask('POST', PROCESS_PATH + wish);
    return text === '' ? {} : (JSON.parse(text) as { readonly pid?: number });
  }

  /** The API as a user with a password. */
  as(user: string, password: string): Api {
    return new Api(this.#locate, this.#timeout, { authorization: basicAuthorization(user, password) });
  }

  async #ask(method: Verb, path: string, body?: object, headers: Headers = {}): Promise<string> {
    const json = body === undefined ? '' : JSON.stringify(body);
    const all = { ...this.#headers, ...headers, 'content-type': 'application/json' };
    const place = await this.#locate();
    const { status, text } = await place.exchange({ method, path, headers: all, body: json }, this.#timeout);
    if (status < 400) return text;
    throw refusal(status, text);
  }
}

/** A path of the API, with names percent-encoded. */
export function path(parts: TemplateStringsArray, ...names: readonly (string | number)[]): string {
  return parts.reduce((text, part, n) => text + encodeURIComponent(names[n - 1]) + part);
}

function refusal(status: number, text: string): Error {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // No JSON: the status says enough.
  }
  const { error, reason, node, active } = body;
  if (reason === 'standby')
    return new ApiError(status, `node ${String(node)} waits to take over from ${String(active)}`);
  if (error === 'app_stopped') return new AppStoppedError('the broker is stopped');
  if (reason === undefined) return new ApiError(status, `the broker answered with status ${status}`);
  return new ApiError(status, typeof reason === 'string' ? reason : JSON.stringify(reason), body);
}
