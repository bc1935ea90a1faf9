/** One request over HTTP and its answer, whatever is asked. */

/** Where an API is reached: by a control socket (socket-place.ts), or over the network (network-place.ts). */
export interface Place {
  /** True if the process that the broker is in can be asked too. */
  readonly reachesProcess: boolean;
  /** `timeout`: in milliseconds. Rejects with UnreachableError, TimeoutError. */
  exchange(request: HttpRequest, timeout: number | undefined): Promise<Answer>;
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

/** The header by which a user says who asks (RFC 7617). */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

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
