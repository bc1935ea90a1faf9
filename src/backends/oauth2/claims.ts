/** What a token says that a broker is asked about: scopes, tags, the name (RabbitMQ: OAuth 2). */
import type { OAuthConfig } from '../../config/oauth-config.ts';

/** The content of a token whose signature is right. */
export type Claims = Readonly<Record<string, unknown>>;

/** RabbitMQ's bound. */
const MOST_SCOPES = 2048;
/** Where Keycloak's tokens for a requesting party have scopes. */
const REQUESTING_PARTY = 'authorization.permissions.scopes';
const TAG = 'tag:';

export interface ScopeRules extends Pick<
  OAuthConfig,
  'oauthScopePrefix' | 'oauthScopeAliases' | 'oauthAdditionalScopesKey'
> {
  readonly oauthResourceServerId: string;
}

/** The scopes that are meant for this broker, without what they begin with. Throws Error if there are too many. */
export function scopesOf(claims: Claims, rules: ScopeRules): string[] {
  const { oauthResourceServerId: id, oauthScopePrefix: prefix = `${id}.` } = rules;
  const paths = [REQUESTING_PARTY, ...(rules.oauthAdditionalScopesKey?.split(' ') ?? [])].filter((path) => path !== '');
  const said = [
    ...listOf(claims.scope, id),
    ...paths.flatMap((path) => valuesAt(claims, path.split('.')).flatMap((value) => listOf(value, id))),
  ];
  const all = [...said, ...said.flatMap((scope) => aliasesOf(scope, rules.oauthScopeAliases))];
  const begin = prefix === 'none' ? '' : prefix;
  const own = new Set(all.filter((scope) => scope.startsWith(begin)).map((scope) => scope.slice(begin.length)));
  if (own.size > MOST_SCOPES) throw new Error('too many scopes');
  return [...own];
}

export function tagsOf(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope.startsWith(TAG)).map((scope) => scope.slice(TAG.length));
}

/** The first of the claims that is a text. */
export function nameOf(claims: Claims, preferred: readonly string[]): string {
  const found = [...preferred, 'sub', 'client_id'].map((claim) => claims[claim]);
  return found.find((value): value is string => typeof value === 'string') ?? 'unknown';
}

/** A text with blanks, a list, or what an object has under the resource server's id, where scopes are without it. */
function listOf(value: unknown, id: string): string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  if (Array.isArray(value)) return value.filter((scope): scope is string => typeof scope === 'string');
  if (!isObject(value) || !Object.hasOwn(value, id) || isObject(value[id])) return [];
  return listOf(value[id], id).map((scope) => `${id}.${scope}`);
}

/** What is at a path of names; lists on the way are gone through. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, [name, ...rest]));
  if (!isObject(value) || !Object.hasOwn(value, name)) return [];
  return rest.length === 0 ? [value[name]] : valuesAt(value[name], rest);
}

function aliasesOf(scope: string, aliases: readonly string[]): string[] {
  return aliases
    .filter((alias) => alias.startsWith(`${scope}=`))
    .flatMap((alias) => alias.slice(scope.length + 1).split(' '))
    .filter((other) => other !== '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
