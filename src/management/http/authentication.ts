/** Name and password of an HTTP request: by the Basic scheme (RFC 7617), or as the page sends them to sign in; tokens by the Bearer scheme (RFC 6750). */
import { isRefusal } from '../../broker/access/authenticate.ts';
import type { Credentials, Identity } from '../../broker/access/identity.ts';
import { logIn } from '../../broker/operations/login.ts';
import type { ManagementContext } from '../context.ts';
import type { Peer } from './entrance.ts';
import { HttpProblem, loginFailed, noCredentials } from './problem.ts';
import { type Principal, UserPrincipal } from './principal.ts';

/** Rejects with HttpProblem: 401 without right credentials, 400 for what is no credentials at all. */
export async function authenticate(
  context: ManagementContext,
  authorization: string | undefined,
  peer: Peer,
): Promise<Principal> {
  if (authorization === undefined) throw noCredentials();
  const [, scheme, encoded] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  // A token says who it is of.
  if (scheme?.toLowerCase() === 'bearer') {
    return logInOverHttp(context, { user: '', password: Buffer.from(encoded) }, peer);
  }
  if (scheme?.toLowerCase() !== 'basic') throw loginFailed();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw new HttpProblem(400, undefined);
  const decoded = Buffer.from(encoded, 'base64');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new HttpProblem(400, undefined);
  const credentials = { user: decoded.toString('utf8', 0, colon), password: decoded.subarray(colon + 1) };
  return logInOverHttp(context, credentials, peer);
}

/** Rejects with HttpProblem 401, after which a browser asks for a name and a password. */
export async function logInOverHttp(
  context: ManagementContext,
  credentials: Credentials,
  peer: Peer,
): Promise<Principal> {
  const identity = await identify(context, credentials, peer);
  if (identity === undefined) throw loginFailed();
  return new UserPrincipal(identity);
}

/** Undefined if they are wrong, or may not be said from there. */
export async function identify(
  { node, config, log, audit }: ManagementContext,
  credentials: Credentials,
  peer: Peer,
): Promise<Identity | undefined> {
  const found = await logIn(node, credentials, config.loopbackUsers, peer);
  node.counters.auth.count('http', !isRefusal(found));
  if (!isRefusal(found)) return found;
  const { user } = credentials;
  const by = { event: 'sign-in', outcome: 'failure', protocol: 'http', user, peer: peer.address } as const;
  audit?.record({ ...by, reason: found.refusal });
  log.warn({ peer: peer.address, reason: found.refusal }, 'HTTP access denied');
  return undefined;
}
