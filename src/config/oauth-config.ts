/** Which tokens are taken as passwords, and what they let do (OAuth 2, OpenID Connect). */
import type { ServerVerify } from './auth-config.ts';

/** By JOSE's names: all but those whose key signs and verifies alike. */
export const TOKEN_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export interface OAuthConfig {
  /** Who tokens have to be for (`aud`), and what their scopes begin with; undefined: there is no such backend. */
  readonly oauthResourceServerId: string | undefined;
  /** Who has to have issued them (`iss`), and where its keys are if nothing else says so; undefined: anybody whose keys are known. */
  readonly oauthIssuer: string | undefined;
  /** URL of its keys (JWKS). */
  readonly oauthJwksUrl: string | undefined;
  /** PEM files with public keys or certificates, each behind its id and an equals sign. */
  readonly oauthSigningKeys: readonly string[];
  /** The id of the one for tokens that name none. */
  readonly oauthDefaultKey: string | undefined;
  readonly oauthAlgorithms: readonly TokenAlgorithm[];
  /** What scopes begin with that are meant for this broker; undefined: the id with a dot; `none`: nothing. */
  readonly oauthScopePrefix: string | undefined;
  /** Scopes by other names: each a name, an equals sign, and scopes with blanks between. */
  readonly oauthScopeAliases: readonly string[];
  /** Further claims that have scopes: paths with dots, and blanks between several. */
  readonly oauthAdditionalScopesKey: string | undefined;
  /** The claims that the user's name is taken from, the first that is there; behind them are `sub` and `client_id`. */
  readonly oauthUsernameClaims: readonly string[];
  /** `none`: whomever they are for. */
  readonly oauthVerifyAud: ServerVerify;
  /** PEM files with the authorities that may have signed the issuer's certificate; empty: those that Node knows. */
  readonly oauthCa: readonly string[];
  readonly oauthVerify: ServerVerify;
  /** As which client people sign in to the page by OpenID Connect; undefined: they do not. */
  readonly managementOauthClientId: string | undefined;
  /** Undefined if the provider asks for none. */
  readonly managementOauthClientSecret: string | undefined;
  /** What the paths of the identity provider begin with; undefined: as `oauthIssuer`. */
  readonly managementOauthProviderUrl: string | undefined;
  /** What is asked for. */
  readonly managementOauthScopes: readonly string[];
}
