/** The backends that the settings name, in their order. */
import { readFileSync } from 'node:fs';
import type { AuthBackend, AuthBackendPair } from '../broker/access/identity.ts';
import type { AuthBackendName, ServerVerify } from '../config/auth-config.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Logger } from '../util/logger.ts';
import { remembering } from './http/answer-cache.ts';
import { askServer, HttpBackend } from './http/http-backend.ts';
import type { Ask } from './http/question.ts';
import { HttpClient, type TlsTrust } from './http-client.ts';

export class AuthBackends {
  readonly pairs: readonly AuthBackendPair[];
  readonly #clients: HttpClient[] = [];

  /** Throws ConfigError for a file that cannot be read. */
  constructor(config: Config, node: BrokerNode, log: Logger) {
    const made = new Map<AuthBackendName, AuthBackend>();
    const [{ authn: internal }] = node.backends;
    const ask = (): Ask => {
      const trust = trustOf('authHttpCa', config.authHttpCa, config.authHttpVerify);
      const client = new HttpClient(node.clock, config.authHttpTimeout, trust);
      this.#clients.push(client);
      return askServer(client, config, log);
    };
    const make = (name: AuthBackendName): AuthBackend => {
      switch (name) {
        case 'internal':
          return internal;
        case 'http':
          return new HttpBackend(ask(), node.clock);
        case 'cache': {
          const remembered = remembering(ask(), config, node.clock, node.chance);
          return new HttpBackend(remembered, node.clock, 'cache', config.authCacheTtl);
        }
      }
    };
    const backend = (name: AuthBackendName): AuthBackend => {
      const known = made.get(name) ?? make(name);
      made.set(name, known);
      return known;
    };
    this.pairs = config.authBackends.map((word) => {
      const [authn, authz = authn] = word.split(':') as AuthBackendName[];
      return { authn: backend(authn), authz: backend(authz) };
    });
  }

  /** Lets go of connections to servers. */
  close(): void {
    for (const client of this.#clients) client.close();
  }
}

function trustOf(option: string, files: readonly string[], verify: ServerVerify): TlsTrust {
  try {
    const ca = files.map((file) => readFileSync(file, 'utf8'));
    return { ca: ca.length === 0 ? undefined : ca, verify: verify === 'required' };
  } catch (error) {
    throw new ConfigError([{ source: 'options', text: `${option}: ${(error as Error).message}` }]);
  }
}
