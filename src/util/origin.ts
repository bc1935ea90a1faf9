/** Which page a request comes from (RFC 6454). */
import type { IncomingHttpHeaders } from 'node:http';

/** True for a page that this server gave, and for who is no page: a browser names the origin, others have none. */
export function isSameOrigin({ host, origin }: IncomingHttpHeaders): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
