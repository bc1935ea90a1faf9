/** Asks a server over HTTP or HTTPS, and takes no more of its answer than makes sense. */
import { readFileSync } from 'node:fs';
import type { Agent, IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { Clock } from './clock.ts';
import { http } from './node-http.ts';

export interface TlsTrust {
  /** Authorities whose certificates the server may show, in PEM; undefined: those that Node knows. */
  readonly ca: readonly string[] | undefined;
  /** False: any certificate will do. */
  readonly verify: boolean;
}

/** `files`: of the authorities, in PEM; none: those that Node knows. Throws the system's error for one that cannot be read. */
export function trustIn(files: readonly string[], verify: 'required' | 'none'): TlsTrust {
  const ca = files.map((file) => readFileSync(file, 'utf8'));
  return { ca: ca.length === 0 ? undefined : ca, verify: verify === 'required' };
}

export interface HttpQuestion {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const LARGEST_ANSWER = 1024 * 1024;
/** Connections to a server at once. */
const MOST_SOCKETS = 16;

/** Keeps connections for the next question. */
export class HttpClient {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #trust: TlsTrust;
  readonly #agents = new Map<string, Agent>();

  /** `timeout`: in milliseconds, for a whole answer. */
  constructor(clock: Clock, timeout: number, trust: TlsTrust) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#trust = trust;
  }

  /** Rejects with an Error that says why there is no answer; it never names what was sent. */
  async ask({ url, method = 'GET', headers = {}, body }: HttpQuestion): Promise<HttpAnswer> {
    const { protocol } = new URL(url);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = moduleFor(protocol).request(url, { method, headers, agent: this.#agentFor(protocol) });
    request.once('response', resolve);
    request.on('error', reject);
    const timer = this.#clock.after(this.#timeout, () => {
      request.destroy(new Error(`no answer within ${this.#timeout} ms`));
    });
    try {
      request.end(body);
      const response = await promise;
      return { status: response.statusCode ?? 0, text: await readText(response) };
    } catch (error) {
      request.destroy();
      throw error;
    } finally {
      timer.cancel();
    }
  }

  /** Rejects also if the status is not 200, or what comes is no object of JSON. */
  async askJson(question: HttpQuestion): Promise<Readonly<Record<string, unknown>>> {
    const { status, text } = await this.ask(question);
    if (status !== 200) throw new Error(`status ${status}`);
    const answer = objectIn(text);
    if (answer === undefined) throw new Error('what it answers with is no object of JSON');
    return answer;
  }

  /** Lets go of the connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentFor(protocol: string): Agent {
    let agent = this.#agents.get(protocol);
    if (agent === undefined) {
      const { ca, verify } = this.#trust;
      const options: AgentOptions = { keepAlive: true, maxSockets: MOST_SOCKETS, rejectUnauthorized: verify };
      agent = new (moduleFor(protocol).Agent)(ca === undefined ? options : { ...options, ca: [...ca] });
      this.#agents.set(protocol, agent);
    }
    return agent;
  }
}

/** The error of JSON.parse would show a part of the text, which may hold a secret. */
function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function moduleFor(protocol: string): typeof http {
  return protocol === 'https:' ? (process.getBuiltinModule('node:https') as unknown as typeof http) : http;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_ANSWER) throw new Error(`an answer of more than ${LARGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
