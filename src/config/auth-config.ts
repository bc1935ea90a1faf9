/** Who knows users and what they may do, beside the broker itself or in its place. */

/** `internal`: the broker's own users. `http`: a server that is asked. `cache`: another, whose answers are remembered. `oauth2`: tokens. */
export const AUTH_BACKENDS = ['internal', 'http', 'cache', 'oauth2'] as const;
export type AuthBackendName = (typeof AUTH_BACKENDS)[number];

/** Two with a colon between: the first says who somebody is, the second what it may do. */
export type AuthBackendWord = AuthBackendName | `${AuthBackendName}:${AuthBackendName}`;

/** What is asked of a server's certificate. */
export const SERVER_VERIFY = ['required', 'none'] as const;
export type ServerVerify = (typeof SERVER_VERIFY)[number];

export interface AuthHttpConfig {
  readonly authHttpMethod: 'get' | 'post';
  /** URLs that are asked who somebody is, and what it may do. */
  readonly authHttpUserPath: string;
  readonly authHttpVhostPath: string;
  readonly authHttpResourcePath: string;
  readonly authHttpTopicPath: string;
  /** How long an answer may take, in milliseconds. */
  readonly authHttpTimeout: number;
  /** PEM files with the authorities that may have signed the server's certificate; empty: those that Node knows. */
  readonly authHttpCa: readonly string[];
  /** `none`: any certificate will do. */
  readonly authHttpVerify: ServerVerify;
}

export interface AuthConfig extends AuthHttpConfig {
  /** In the order in which they are asked, until one lets somebody in. */
  readonly authBackends: readonly AuthBackendWord[];
  /** Whose answers `cache` remembers. */
  readonly authCachedBackend: 'http';
  /** How long, in milliseconds. */
  readonly authCacheTtl: number;
  /** True: refusals too. */
  readonly authCacheRefusals: boolean;
}
