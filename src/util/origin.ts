/** Which page a request comes from (RFC 6454). */
import type { IncomingHttpHeaders } from 'node:http';

/** True for a page that this server gave, and for who is no page: a browser names the origin, others have none. */
export function isSameOrigin({ host, origin }: IncomingHttpHeaders): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** True for a page of an origin that is named; `*` names every one. */
export function isNamedOrigin(origin: string | undefined, named: readonly string[]): origin is string {
  return origin !== undefined && (named.includes('*') || named.includes(origin));
}
