/** Access tokens as passwords (RabbitMQ: OAuth 2; RFC 7519, RFC 9068). The name that is said beside one does not count. */
import { errors, jwtVerify } from 'jose';
import type { AuthBackend, Credentials, Identity, Refusal } from '../../broker/access/identity.ts';
import type { OAuthConfig } from '../../config/oauth-config.ts';
import type { Clock } from '../../util/clock.ts';
import { nameOf, scopesOf, type ScopeRules, tagsOf } from './claims.ts';
import type { SigningKeys } from './signing-keys.ts';
import { TokenIdentity } from './token-identity.ts';

export type TokenRules = OAuthConfig & ScopeRules;

const REFUSED = 'Authentication using an OAuth 2/JWT token failed';

export class OAuth2Backend implements AuthBackend {
  readonly name = 'oauth2';
  readonly #rules: TokenRules;
  readonly #keys: SigningKeys;
  readonly #clock: Clock;

  constructor(rules: TokenRules, keys: SigningKeys, clock: Clock) {
    this.#rules = rules;
    this.#keys = keys;
    this.#clock = clock;
  }

  async authenticate({ password }: Credentials): Promise<Identity | Refusal> {
    if (password === undefined) return { refusal: `${REFUSED}: there is none` };
    return this.#identityBy(password);
  }

  authorize(_user: string, credentials: Credentials): Promise<Identity | Refusal> {
    return this.authenticate(credentials);
  }

  async #identityBy(token: Buffer): Promise<Identity | Refusal> {
    const { oauthResourceServerId: id, oauthIssuer: issuer, oauthAlgorithms, oauthVerifyAud } = this.#rules;
    try {
      const { payload: claims } = await jwtVerify(token.toString('latin1'), this.#keys, {
        algorithms: [...oauthAlgorithms],
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ['exp'],
        ...(issuer === undefined ? {} : { issuer }),
        ...(oauthVerifyAud === 'required' ? { audience: id } : {}),
      });
      const scopes = scopesOf(claims, this.#rules);
      const name = nameOf(claims, this.#rules.oauthUsernameClaims);
      const content = { name, tags: tagsOf(scopes), scopes, claims, expiresAt: claims.exp! * 1000 };
      return new TokenIdentity(content, (secret) => this.#renewed(name, secret));
    } catch (error) {
      return { refusal: `${REFUSED}: ${reasonOf(error)}` };
    }
  }

  async #renewed(name: string, secret: Buffer): Promise<Identity | Refusal> {
    const found = await this.#identityBy(secret);
    if ('refusal' in found || found.name === name) return found;
    return { refusal: 'Not allowed to change username on refreshed token' };
  }
}

/** None of jose's messages repeats the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JOSEError) return error.message;
  return error instanceof Error ? error.message : 'provided token is invalid';
}
