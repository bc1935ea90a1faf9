/**
 * Who is signed in to the page. The browser keeps a cookie that no script reads and that no other site's requests bring (SameSite); it names a
 * session here, which ends by itself. The cookie counts only beside a header that a page of another origin cannot send, so that none can act
 * by it (OWASP: Cross-Site Request Forgery Prevention, "Custom Request Headers"): not one of another port of this machine either.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '../../broker/access/identity.ts';
import { type Chance, uniqueName } from '../../util/chance.ts';
import type { Clock } from '../../util/clock.ts';
import { isSameOrigin } from '../../util/origin.ts';
import { cookie, cookieIn } from './cookies.ts';
import { type Principal, UserPrincipal } from './principal.ts';
import { HttpProblem, notSignedIn } from './problem.ts';

/** Every request of the page has this header, with any value. */
export const PAGE_HEADER = 'x-leveret-page';
/** RabbitMQ's login_session_timeout, in milliseconds. */
const LASTS_MS = 8 * 3_600_000;
const MOST_SESSIONS = 1000;
const COOKIE = 'leveret';

interface Session {
  readonly identity: Identity;
  /** On the clock's even time. */
  readonly endsAt: number;
}

export class Sessions {
  readonly #clock: Clock;
  readonly #chance: Chance;
  /** The oldest first. */
  readonly #byToken = new Map<string, Session>();

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Begins a session of somebody who was let in, which ends with that. Returns the header Set-Cookie. `secure`: the cookie is for TLS alone. */
  open(identity: Identity, headers: IncomingHttpHeaders, secure: boolean): string {
    const [oldest] = this.#byToken.keys();
    if (this.#byToken.size >= MOST_SESSIONS) this.#byToken.delete(oldest);
    const token = uniqueName(this.#chance);
    this.#byToken.set(token, { identity, endsAt: this.#clock.elapsed() + LASTS_MS });
    return cookie(COOKIE, { headers, secure }, token, LASTS_MS / 1000, 'Strict');
  }

  /** Ends the session of the request, if it has one. Returns the header Set-Cookie. */
  close(headers: IncomingHttpHeaders, secure: boolean): string {
    this.#byToken.delete(cookieIn(COOKIE, headers) ?? '');
    return cookie(COOKIE, { headers, secure }, '', 0, 'Strict');
  }

  /** Undefined if the request does not come from the page, or says by itself who asks. Throws HttpProblem 401 for a page without a session, 403 for a page of another origin. */
  principalOf(headers: IncomingHttpHeaders): Principal | undefined {
    if (headers[PAGE_HEADER] === undefined || headers.authorization !== undefined) return undefined;
    checkOrigin(headers);
    const token = cookieIn(COOKIE, headers) ?? '';
    const session = this.#byToken.get(token);
    if (session === undefined) throw notSignedIn();
    const { identity, endsAt } = session;
    const isOver = this.#clock.elapsed() >= endsAt || this.#clock.now() >= identity.expiresAt || !identity.holds;
    if (!isOver) return new UserPrincipal(identity);
    this.#byToken.delete(token);
    throw notSignedIn();
  }
}

/** Throws HttpProblem 403 unless it is the page that asks, and no page of another origin. */
export function checkPage(headers: IncomingHttpHeaders): void {
  if (headers[PAGE_HEADER] === undefined) throw forbidden(`the header ${PAGE_HEADER} is missing`);
  checkOrigin(headers);
}

/** Cross-origin pages whose origins may use the API send a password with each request: they share no session. */
function checkOrigin(headers: IncomingHttpHeaders): void {
  const { 'sec-fetch-site': site = 'same-origin' } = headers;
  if (!isSameOrigin(headers) || site !== 'same-origin')
    throw forbidden('sessions are for the page that the broker serves');
}

function forbidden(reason: string): HttpProblem {
  return new HttpProblem(403, { error: 'forbidden', reason });
}
