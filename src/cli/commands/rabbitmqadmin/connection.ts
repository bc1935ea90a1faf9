/** The HTTP API as rabbitmqadmin of RabbitMQ 3.x asks it: over the network, as a user, with its words for what is refused. */
import { readFileSync } from 'node:fs';
import { basicAuthorization, type Place, TimeoutError, UnreachableError, type Verb } from '../exchange.ts';
import { networkPlace } from '../network-place.ts';
import { died, usageError } from './admin-error.ts';
import { readJson, text } from './python.ts';

/** What Python calls the system's errors. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: '[Errno 111] Connection refused',
  ENOTFOUND: '[Errno -2] Name or service not known',
  EAI_AGAIN: '[Errno -3] Temporary failure in name resolution',
  ENETUNREACH: '[Errno 101] Network is unreachable',
  EHOSTUNREACH: '[Errno 113] No route to host',
};

type Options = ReadonlyMap<string, string>;

export class AdminConnection {
  /** As the messages name it. */
  readonly host: string;
  readonly #place: Place;
  readonly #authorization: string;
  /** What all paths of the API begin with. */
  readonly #root: string;
  /** In seconds. */
  readonly #timeout: number;

  /** `warn`: takes a line for who operates it. Throws AdminError. */
  constructor(options: Options, warn: (line: string) => void) {
    const uri = uriOf(options.get('base_uri'), warn);
    this.host = uri.hostname ?? options.get('hostname') ?? 'localhost';
    const port = Number(uri.port ?? options.get('port') ?? 15672);
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw usageError(`port must be a number from 1 to 65535`);
    const tls = options.get('ssl') === 'True' ? tlsOptions(options) : {};
    this.#place = networkPlace(this.host, { host: this.host, port, ...tls });
    const user = uri.username ?? options.get('username') ?? 'guest';
    const password = uri.password ?? options.get('password') ?? 'guest';
    this.#authorization = basicAuthorization(user, password);
    this.#root = options.get('root') ?? `${options.get('path_prefix') ?? ''}/api`;
    this.#timeout = Number(options.get('request_timeout') ?? 120);
    if (!(this.#timeout > 0)) throw usageError('request-timeout must be a number of seconds');
  }

  /** The answer as text. Throws AdminError. */
  async ask(method: Verb, path: string, body: string | Buffer = ''): Promise<string> {
    const full = this.#root + path;
    const type = body.length === 0 ? {} : { 'content-type': 'application/json' };
    const headers = { authorization: this.#authorization, ...type };
    try {
      const answer = await this.#place.exchange({ method, path: full, headers, body }, this.#timeout * 1000);
      if (answer.status < 400) return answer.text;
      throw died(refusal(answer.status, full, answer.text), answer.status);
    } catch (error) {
      if (error instanceof TimeoutError) {
        throw died(`Timed out getting HTTP response (request timeout: ${this.#timeout} seconds)`, 'unreachable');
      }
      if (!(error instanceof UnreachableError)) throw error;
      throw died(`Could not connect: ${SYSTEM_ERRORS[error.code ?? ''] ?? error.message}`, 'unreachable');
    }
  }
}

function refusal(status: number, path: string, body: string): string {
  if (status === 401) return `Access refused: ${path}`;
  if (status === 404) return `Not found: ${path}`;
  if (status !== 400) return `Received response ${status} for path ${path}\n${body}`;
  return text((readJson(body) as { readonly reason?: unknown }).reason);
}

interface Uri {
  readonly hostname?: string;
  readonly port?: string;
  readonly username?: string;
  readonly password?: string;
}

function uriOf(given: string | undefined, warn: (line: string) => void): Uri {
  if (given === undefined) return {};
  if (!URL.canParse(given)) throw usageError(`base-uri '${given}' is no URI`);
  const { hostname, port, username, password, pathname } = new URL(given);
  if (pathname !== '' && pathname !== '/') {
    warn('WARNING: path in --base-uri is ignored. Please specify --vhost and/or --path-prefix separately.\n');
  }
  const set = Object.entries({ hostname, port, username, password }).filter(([, value]) => value !== '');
  return Object.fromEntries(set.map(([key, value]) => [key, decodeURIComponent(value)]));
}

/** Throws AdminError for a file that cannot be read. */
function tlsOptions(options: Options): object {
  const file = (key: string): Buffer | undefined => {
    const name = options.get(key);
    try {
      return name === undefined ? undefined : readFileSync(name);
    } catch (error) {
      throw usageError(`${key}: ${(error as Error).message}`);
    }
  };
  const insecure = options.get('ssl_insecure') === 'True';
  const anyHost = insecure || options.get('ssl_disable_hostname_verification') === 'True';
  return {
    protocol: 'https:',
    key: file('ssl_key_file'),
    cert: file('ssl_cert_file'),
    ca: file('ssl_ca_cert_file'),
    rejectUnauthorized: !insecure,
    ...(anyHost ? { checkServerIdentity: () => undefined } : {}),
  };
}
