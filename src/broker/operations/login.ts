/** Whether somebody is who it says it is, by name and password or by a certificate (RabbitMQ: Access Control). */
import type { BrokerNode } from '../topology/broker-node.ts';

export interface Credentials {
  readonly user: string;
  /** Undefined: a certificate has shown who it is. */
  readonly password: Buffer | undefined;
}

/** Who wants to be let in. */
export interface LoginPeer {
  /** The IP address it comes from. */
  readonly host: string;
  /** True if that is this machine. */
  readonly loopback: boolean;
  /** Has it wait, for milliseconds. */
  delay(ms: number, then: () => void): void;
}

/**
 * Tells why the peer is not let in, for the log and never for the peer; undefined if it is. It is told at once, unless too many at its
 * address failed lately: then the peer waits. `loopbackUsers` may come in from this machine only.
 */
export function logIn(
  { auth, loginThrottle }: Pick<BrokerNode, 'auth' | 'loginThrottle'>,
  { user, password }: Credentials,
  loopbackUsers: readonly string[],
  peer: LoginPeer,
  answer: (refusal: string | undefined) => void,
): void {
  const check = (): void => {
    if (password === undefined && auth.user(user) === undefined) {
      answer(`EXTERNAL login refused: user '${user}' - invalid credentials`);
    } else if (password !== undefined && auth.authenticate(user, password) === undefined) {
      answer(`wrong name or password for user '${user}'`);
    } else if (loopbackUsers.includes(user) && !peer.loopback) {
      answer(`user '${user}' may only connect from this machine`);
    } else {
      loginThrottle.succeeded(peer.host);
      answer(undefined);
    }
  };
  const wait = loginThrottle.begin(peer.host);
  if (wait === 0) check();
  else if (wait === Infinity) answer(`too many failed logins from ${peer.host}`);
  else peer.delay(wait, check);
}
