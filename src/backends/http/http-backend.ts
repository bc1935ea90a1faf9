/**
 * A server of the user's own that knows who may come in and what they may do, asked over HTTP with RabbitMQ's parameters and answers
 * (RabbitMQ: rabbitmq_auth_backend_http). It answers `allow`, with tags behind it if it is asked who somebody is, or `deny`.
 */
import type { AuthHttpConfig } from '../../config/auth-config.ts';
import type { AuthBackend, Credentials, Identity, LoginPeer, Refusal } from '../../broker/access/identity.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import type { HttpClient } from '../../util/http-client.ts';
import { AskedIdentity } from './asked-identity.ts';
import type { Ask, AuthAnswer, AuthQuestion } from './question.ts';

/** How long answers count for a connection, in milliseconds, without a cache that says so. */
const ANSWERS_COUNT_MS = 15_000;

export class HttpBackend implements AuthBackend {
  readonly name: 'http' | 'cache';
  readonly #ask: Ask;
  readonly #clock: Clock;
  readonly #answersCountMs: number;

  constructor(ask: Ask, clock: Clock, name: 'http' | 'cache' = 'http', answersCountMs = ANSWERS_COUNT_MS) {
    this.#ask = ask;
    this.#clock = clock;
    this.name = name;
    this.#answersCountMs = answersCountMs;
  }

  async authenticate({ user, password }: Credentials, { host }: LoginPeer): Promise<Identity | Refusal> {
    const secret: AuthQuestion = password === undefined ? {} : { password: password.toString('utf8') };
    const answer = await this.#ask('user', { username: user, ...secret });
    if (answer === undefined) return { refusal: `no answer of the authentication server about user '${user}'` };
    if (!answer.allowed) return { refusal: `user '${user}' is denied by the authentication server` };
    const { tags } = answer;
    return new AskedIdentity({ name: user, tags, host }, this.#ask, this.#clock, this.#answersCountMs);
  }

  authorize(user: string, credentials: Credentials, peer: LoginPeer): Promise<Identity | Refusal> {
    return this.authenticate({ ...credentials, user }, peer);
  }
}

/** Asks the server. What is wrong with it stands in the log, and nothing that it was sent. */
export function askServer(client: HttpClient, config: AuthHttpConfig, log: Logger): Ask {
  const urls = {
    user: config.authHttpUserPath,
    vhost: config.authHttpVhostPath,
    resource: config.authHttpResourcePath,
    topic: config.authHttpTopicPath,
  };
  return async (path, question) => {
    const url = urls[path];
    const text = new URLSearchParams(question).toString();
    const asGet = config.authHttpMethod === 'get';
    try {
      const { status, text: answer } = await client.ask(
        asGet
          ? { url: `${url}${url.includes('?') ? '&' : '?'}${text}` }
          : { url, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: text },
      );
      if (status !== 200 && status !== 201) throw new Error(`status ${status}`);
      const read = readAnswer(answer);
      if (read === undefined) throw new Error('an answer that is neither allow nor deny');
      return read;
    } catch (error) {
      log.error({ url, reason: (error as Error).message }, 'authentication server: no answer');
      return undefined;
    }
  };
}

/** Undefined if it makes no sense. */
export function readAnswer(text: string): AuthAnswer {
  const [word = '', ...tags] = text.trim().split(/\s+/);
  if (word.toLowerCase() === 'allow') return { allowed: true, tags };
  return word.toLowerCase() === 'deny' ? { allowed: false, tags: [] } : undefined;
}
