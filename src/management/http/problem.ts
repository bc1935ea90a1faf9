/** What is wrong with a request, as HTTP says it: one error of the broker has an AMQP reply code and a status here (RabbitMQ: HTTP API). */
import { ChangeError } from '../../broker/arguments/change-error.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  /** Undefined for an answer without a body. */
  readonly body: { readonly error: string; readonly reason: unknown } | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: HttpProblem['body'], headers: Readonly<Record<string, string>> = {}) {
    super(body === undefined ? `status ${status}` : `${body.error}: ${String(body.reason)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export function badRequest(reason: unknown): HttpProblem {
  return new HttpProblem(400, { error: 'bad_request', reason });
}

/** There is no such object, or no such path. */
export function noObject(): HttpProblem {
  return new HttpProblem(404, { error: 'Object Not Found', reason: 'Not Found' });
}

/** Something that the request names does not exist. */
export function notFound(reason: string): HttpProblem {
  return new HttpProblem(404, { error: 'not_found', reason });
}

/** There are too many large requests at once. RabbitMQ takes them, until it has no memory. */
export function noRoom(): HttpProblem {
  return new HttpProblem(
    503,
    { error: 'unavailable', reason: 'Too many large requests at the same time, try again later' },
    { 'retry-after': '1' },
  );
}

/** What the request asks for cannot be done as things are. */
export function serviceUnavailable(reason: string): HttpProblem {
  return new HttpProblem(503, { error: 'service_unavailable', reason });
}

/** The user is who it says it is, but may not: RabbitMQ's status for that is 401 too. */
export function notAuthorised(reason: string): HttpProblem {
  return new HttpProblem(401, { error: 'not_authorised', reason });
}

/** The page asks, and its user is not signed in. Without a challenge: a browser would ask for a password by itself. */
export function notSignedIn(reason = 'Not signed in'): HttpProblem {
  return new HttpProblem(401, { error: 'not_authorized', reason });
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="RabbitMQ Management"' };

/** Nobody said who asks. */
export function noCredentials(): HttpProblem {
  return new HttpProblem(401, undefined, CHALLENGE);
}

export function loginFailed(): HttpProblem {
  return new HttpProblem(401, { error: 'not_authorized', reason: 'Login failed' }, CHALLENGE);
}

/** The view of an error that HTTP has; undefined for one that is nobody's rule: a defect. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ChangeError) return refusedChange(error);
  if (!(error instanceof AmqpError)) return undefined;
  switch (error.replyName) {
    case 'NOT_FOUND':
      return notFound(explanationOf(error));
    case 'ACCESS_REFUSED':
      return notAuthorised('Access refused.');
    default:
      return badRequest(explanationOf(error));
  }
}

function refusedChange({ kind, message }: ChangeError): HttpProblem {
  if (kind === 'not-found') return notFound(message);
  if (kind === 'protected') return new HttpProblem(412, { error: 'precondition_failed', reason: message });
  return badRequest(message);
}

/** RabbitMQ tells what went wrong on a channel of its own (publish, get) with the reply code before it. */
export function withReplyCode(error: AmqpError): string {
  return `${error.replyCode} ${error.message}`;
}

/** The text without the reply's name before it. */
function explanationOf({ message, replyName }: AmqpError): string {
  return message.slice(`${replyName} - `.length);
}
