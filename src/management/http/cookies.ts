/** Cookies of the page. They do not tell ports apart, and one machine may have several brokers: their names do. */
import type { IncomingHttpHeaders } from 'node:http';

/** A browser, by its request. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  /** By TLS: then the cookie is for TLS alone. */
  readonly secure: boolean;
}

/** The header Set-Cookie: of no script, for so many seconds. */
export function cookie(
  name: string,
  { headers, secure }: Asking,
  value: string,
  seconds: number,
  sameSite: 'Strict' | 'Lax',
): string {
  const only = secure ? '; Secure' : '';
  return `${cookieName(name, headers)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${only}`;
}

export function cookieIn(name: string, headers: IncomingHttpHeaders): string | undefined {
  const start = `${cookieName(name, headers)}=`;
  const found = headers.cookie?.split('; ').find((pair) => pair.startsWith(start));
  return found?.slice(start.length);
}

/** Where the page is, as the browser knows it; a proxy that ends TLS says so. */
export function originOf({ headers, secure }: Asking): string {
  const isSecure = secure || headers['x-forwarded-proto'] === 'https';
  return `${isSecure ? 'https' : 'http'}://${headers.host ?? 'localhost'}`;
}

function cookieName(name: string, { host = '' }: IncomingHttpHeaders): string {
  const [, port = ''] = /:(\d+)$/.exec(host) ?? [];
  return `${name}-${port}`;
}
