/** Whether somebody is who it says it is, by name and password or by a certificate (RabbitMQ: Access Control). */
import { authenticate, isRefusal } from '../access/authenticate.ts';
import type { Credentials, Identity, LoginPeer, Refusal } from '../access/identity.ts';
import type { BrokerNode } from '../topology/broker-node.ts';

/**
 * Resolves to who the peer is, or to why it is not let in: for the log and never for the peer. That takes a while if a slow hash has to be
 * computed or a server asked, and longer if too many at the peer's address failed lately. `loopbackUsers` may come in from this machine only.
 */
export async function logIn(
  { backends, loginThrottle }: Pick<BrokerNode, 'backends' | 'loginThrottle'>,
  credentials: Credentials,
  loopbackUsers: readonly string[],
  peer: LoginPeer,
): Promise<Identity | Refusal> {
  const attempt = await loginThrottle.begin(peer.host);
  if (attempt === undefined) return { refusal: `too many failed logins from ${peer.host}` };
  let answer: Identity | Refusal | undefined;
  try {
    answer = await authenticate(backends, credentials, peer);
    if (!isRefusal(answer) && loopbackUsers.includes(answer.name) && !peer.loopback) {
      answer = { refusal: `user '${answer.name}' may only connect from this machine` };
    }
    return answer;
  } finally {
    attempt.end(answer !== undefined && !isRefusal(answer));
  }
}
