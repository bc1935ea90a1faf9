/** The backends that the settings name, in their order. What they are made of is loaded if they are named. */
import type { AuthBackend, AuthBackendPair } from '../broker/access/identity.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { AuthBackendName, ServerVerify } from '../config/auth-config.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Logger } from '../util/logger.ts';
import type { Ask } from './http/question.ts';
import { HttpClient, type TlsTrust, trustIn } from '../util/http-client.ts';

/** How long the issuer of tokens may take to say its keys, in milliseconds. */
const ISSUER_TIMEOUT_MS = 10_000;

export class AuthBackends {
  readonly #config: Config;
  readonly #node: BrokerNode;
  readonly #log: Logger;
  readonly #clients: HttpClient[] = [];
  readonly #made = new Map<AuthBackendName, Promise<AuthBackend>>();

  constructor(config: Config, node: BrokerNode, log: Logger) {
    this.#config = config;
    this.#node = node;
    this.#log = log;
    this.#made.set('internal', Promise.resolve(node.backends[0].authn));
  }

  /** Rejects with ConfigError for a file that cannot be read, or settings that are missing. */
  pairs(): Promise<AuthBackendPair[]> {
    return Promise.all(
      this.#config.authBackends.map(async (word) => {
        const [authn, authz = authn] = word.split(':') as AuthBackendName[];
        return { authn: await this.#backend(authn), authz: await this.#backend(authz) };
      }),
    );
  }

  /** Lets go of connections to servers. */
  close(): void {
    for (const client of this.#clients) client.close();
  }

  #backend(name: AuthBackendName): Promise<AuthBackend> {
    let backend = this.#made.get(name);
    if (backend === undefined) this.#made.set(name, (backend = name === 'oauth2' ? this.#oauth2() : this.#http(name)));
    return backend;
  }

  async #http(name: AuthBackendName): Promise<AuthBackend> {
    const { clock, chance } = this.#node;
    const { askServer, HttpBackend } = await import('./http/http-backend.ts');
    const { authHttpTimeout, authHttpCa, authHttpVerify, authCacheTtl } = this.#config;
    const client = this.#client(authHttpTimeout, trustOf('authHttpCa', authHttpCa, authHttpVerify));
    const ask: Ask = askServer(client, this.#config, this.#log);
    if (name === 'http') return new HttpBackend(ask, clock);
    const { remembering } = await import('./http/answer-cache.ts');
    return new HttpBackend(remembering(ask, this.#config, clock, chance), clock, 'cache', authCacheTtl);
  }

  async #oauth2(): Promise<AuthBackend> {
    const { clock } = this.#node;
    const { oauthResourceServerId: id, oauthCa, oauthVerify } = this.#config;
    if (id === undefined) throw wrong('the backend oauth2 needs oauthResourceServerId');
    const [{ OAuth2Backend }, { signingKeys }] = await Promise.all([
      import('./oauth2/oauth2-backend.ts'),
      import('./oauth2/signing-keys.ts'),
    ]);
    const client = this.#client(ISSUER_TIMEOUT_MS, trustOf('oauthCa', oauthCa, oauthVerify));
    return new OAuth2Backend(
      { ...this.#config, oauthResourceServerId: id },
      signingKeys(this.#config, client, clock),
      clock,
    );
  }

  #client(timeout: number, trust: TlsTrust): HttpClient {
    const client = new HttpClient(this.#node.clock, timeout, trust);
    this.#clients.push(client);
    return client;
  }
}

function trustOf(option: string, files: readonly string[], verify: ServerVerify): TlsTrust {
  try {
    return trustIn(files, verify);
  } catch (error) {
    throw wrong(`${option}: ${(error as Error).message}`);
  }
}

function wrong(text: string): ConfigError {
  return new ConfigError([{ source: 'options', text }]);
}
