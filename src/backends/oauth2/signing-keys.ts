/** The keys that tokens are signed with: in files, or as their issuer publishes them (RFC 7517). */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { ConfigError } from '../../config/config-error.ts';
import type { OAuthConfig } from '../../config/oauth-config.ts';
import type { Clock } from '../../util/clock.ts';
import type { HttpClient } from '../../util/http-client.ts';
import { discoverProvider } from '../../util/openid-discovery.ts';

/** Keys that are published are fetched again after so many milliseconds, and for one that is not known not more often than that. */
const FETCHED_FOR_MS = 600_000;
const LEAST_BETWEEN_MS = 5000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** Rejects with an Error for a token whose key is not known. */
export type SigningKeys = JWTVerifyGetKey;

/** Throws ConfigError if nothing says where they are, or a file holds no public key. */
export function signingKeys(config: OAuthConfig, client: HttpClient, clock: Clock): SigningKeys {
  const { oauthJwksUrl: url, oauthIssuer: issuer } = config;
  // As in RabbitMQ, what is published goes before files.
  if (url !== undefined) return new PublishedKeys(() => Promise.resolve(url), client, clock).keyFor;
  if (config.oauthSigningKeys.length > 0) return keysInFiles(config);
  if (issuer !== undefined) return new PublishedKeys(() => keysUrlOf(issuer, client), client, clock).keyFor;
  const text = 'the backend oauth2 needs oauthIssuer, oauthJwksUrl or oauthSigningKeys: where the keys of tokens are';
  throw new ConfigError([{ source: 'options', text }]);
}

async function keysUrlOf(issuer: string, client: HttpClient): Promise<string> {
  const { jwks_uri: found } = await discoverProvider(issuer, client);
  if (typeof found !== 'string' || !URL.canParse(found)) throw new Error('the issuer does not say where its keys are');
  return found;
}

function keysInFiles({ oauthSigningKeys, oauthDefaultKey }: OAuthConfig): SigningKeys {
  const keys = new Map(oauthSigningKeys.map(readKey));
  const [only] = keys.size === 1 ? keys.values() : [];
  return ({ kid = oauthDefaultKey }: CompactJWSHeaderParameters) => {
    const key = kid === undefined ? only : keys.get(kid);
    if (key === undefined) throw new Error('the key that it is signed with is not known');
    return key;
  };
}

/** Keys come and go while the broker runs. */
class PublishedKeys {
  readonly #url: () => Promise<string>;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  #fetchedAt = -Infinity;
  #keys: Promise<KeySet> | undefined;

  /** `url`: where they are; asked each time, as that may have to be found out. */
  constructor(url: () => Promise<string>, client: HttpClient, clock: Clock) {
    this.#url = url;
    this.#client = client;
    this.#clock = clock;
  }

  readonly keyFor: SigningKeys = async (header, token) => {
    const age = this.#clock.elapsed() - this.#fetchedAt;
    try {
      return await (
        await this.#current(age > FETCHED_FOR_MS)
      )(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age < LEAST_BETWEEN_MS) throw error;
      return (await this.#current(true))(header, token);
    }
  };

  #current(again: boolean): Promise<KeySet> {
    if (this.#keys === undefined || again) {
      this.#fetchedAt = this.#clock.elapsed();
      this.#keys = this.#fetch(this.#keys);
    }
    return this.#keys;
  }

  /** What was there before stays if nothing comes. */
  async #fetch(before: Promise<KeySet> | undefined): Promise<KeySet> {
    try {
      return createLocalJWKSet((await this.#client.askJson({ url: await this.#url() })) as unknown as JSONWebKeySet);
    } catch (error) {
      if (before === undefined) this.#keys = undefined;
      const known = await before?.catch(() => undefined);
      if (known === undefined) throw new Error(`the keys of the issuer cannot be had: ${(error as Error).message}`);
      return known;
    }
  }
}

function readKey(word: string): [string, KeyObject] {
  const at = word.indexOf('=');
  const [id, file] = [word.slice(0, at), word.slice(at + 1)];
  try {
    return [id, createPublicKey(readFileSync(file))];
  } catch (error) {
    const text = `oauthSigningKeys: ${word}: ${(error as Error).message}`;
    throw new ConfigError([{ source: 'options', text }]);
  }
}
