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
  /** True once it waits for no answer any more. */
  readonly gone: boolean;
}

/**
 * Resolves to why the peer is not let in, for the log and never for the peer; to undefined if it is. That takes a while if a slow hash has to be
 * computed, and longer if too many at the peer's address failed lately. `loopbackUsers` may come in from this machine only.
 */
export async function logIn(
  node: Pick<BrokerNode, 'auth' | 'passwords' | 'loginThrottle'>,
  credentials: Credentials,
  loopbackUsers: readonly string[],
  peer: LoginPeer,
): Promise<string | undefined> {
  const attempt = await node.loginThrottle.begin(peer.host);
  if (attempt === undefined) return `too many failed logins from ${peer.host}`;
  let isRight = false;
  try {
    const refusal = await refusalOf(node, credentials, loopbackUsers, peer);
    isRight = refusal === undefined;
    return refusal;
  } finally {
    attempt.end(isRight);
  }
}

async function refusalOf(
  { auth, passwords }: Pick<BrokerNode, 'auth' | 'passwords'>,
  { user, password }: Credentials,
  loopbackUsers: readonly string[],
  peer: LoginPeer,
): Promise<string | undefined> {
  const record = auth.user(user);
  if (password === undefined) {
    if (record === undefined) return `EXTERNAL login refused: user '${user}' - invalid credentials`;
  } else if (!(await passwords.matches(record, password, () => !peer.gone))) {
    return `wrong name or password for user '${user}'`;
  }
  if (loopbackUsers.includes(user) && !peer.loopback) return `user '${user}' may only connect from this machine`;
  return undefined;
}
