/** connection.update-secret: the client goes on as the same user, by another token (RabbitMQ: OAuth 2, "Token Expiration and Refresh"). */
import { whenKnown } from '../../broker/access/access-pending.ts';
import { isRefusal } from '../../broker/access/authenticate.ts';
import type { Identity } from '../../broker/access/identity.ts';
import type { UserActor } from '../../broker/operations/actor.ts';
import { vhostRefused } from '../../broker/operations/connections.ts';
import type { ConnectionStage } from '../../broker/operations/clients.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { CONNECTION_UPDATE_SECRET } from '../../protocol/generated/constants.ts';
import { withMethod } from '../../wire/method-errors.ts';
import type { BrokerContext } from '../broker-context.ts';
import type { Writer } from '../output/writer.ts';
import type { Endpoints } from './endpoints.ts';
import type { PendingReplies } from './pending-replies.ts';

/** The connection, as this method sees it. */
export interface RenewedConnection {
  readonly broker: BrokerContext;
  readonly stage: ConnectionStage;
  readonly actor: UserActor;
  readonly writer: Writer;
  readonly endpoints: Endpoints;
  readonly pendingReplies: Pick<PendingReplies, 'await'>;
  /** From now on it is this one that asks. */
  identify(identity: Identity): void;
}

export function updateSecret(connection: RenewedConnection, secret: Buffer): void {
  connection.pendingReplies.await(renewed(connection, secret), (identity) => {
    if (connection.stage !== 'running') return;
    connection.identify(identity);
    connection.writer.method(0, { name: 'connection.update-secret-ok' });
  });
}

/** Rejects with AmqpError NOT_ALLOWED for a secret that is not taken, or does not let into the vhost. */
async function renewed({ actor, broker, endpoints }: RenewedConnection, secret: Buffer): Promise<Identity> {
  const { user, vhost } = actor;
  const found = await actor.identity.renew(secret);
  if (isRefusal(found)) {
    broker.log.warn({ peer: endpoints.peer, user, reason: found.refusal }, 'new secret refused');
    throw blamed(new AmqpError('NOT_ALLOWED', 'New secret was refused by one of the backends'));
  }
  if (!(await whenKnown(() => found.authority.mayEnter(vhost.name)))) throw blamed(vhostRefused(user, vhost.name));
  return found;
}

/** No frame's doing, so that the connection does not know what brought it about. */
function blamed(error: AmqpError): AmqpError {
  return withMethod(error, CONNECTION_UPDATE_SECRET);
}
