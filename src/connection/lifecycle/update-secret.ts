/** connection.update-secret: the client goes on as the same user, by another token (RabbitMQ: OAuth 2, "Token Expiration and Refresh"). */
import { whenKnown } from '../../broker/access/access-pending.ts';
import { isRefusal } from '../../broker/access/authenticate.ts';
import type { Identity } from '../../broker/access/identity.ts';
import { UserActor } from '../../broker/operations/actor.ts';
import { vhostRefused } from '../../broker/operations/connections.ts';
import type { ConnectionStage } from '../../broker/operations/clients.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { CONNECTION_UPDATE_SECRET } from '../../protocol/generated/constants.ts';
import { withMethod } from '../../wire/method-errors.ts';
import type { BrokerContext } from '../broker-context.ts';
import type { Writer } from '../output/writer.ts';
import type { Endpoints } from './endpoints.ts';
import type { PendingReplies } from './pending-replies.ts';

/** A channel, as this method sees it. */
interface RenewedChannel {
  readonly consumers: ReadonlyMap<string, { readonly queue: { readonly name: string } }>;
  readonly fail: (error: AmqpError) => void;
}

/** The connection, as this method sees it. */
export interface RenewedConnection {
  readonly broker: BrokerContext;
  readonly stage: ConnectionStage;
  readonly actor: UserActor;
  readonly writer: Writer;
  readonly endpoints: Endpoints;
  readonly channels: ReadonlyMap<number, RenewedChannel>;
  readonly pendingReplies: Pick<PendingReplies, 'await'>;
  /** From now on it is this one that asks. */
  identify(identity: Identity): void;
}

export function updateSecret(connection: RenewedConnection, secret: Buffer): void {
  connection.pendingReplies.await(renewed(connection, secret), ({ identity, refused }) => {
    if (connection.stage !== 'running') return;
    connection.identify(identity);
    connection.writer.method(0, { name: 'connection.update-secret-ok' });
    for (const [channel, error] of refused) channel.fail(error);
  });
}

interface Renewed {
  readonly identity: Identity;
  /** Channels with a consumer that it would not let begin, and why. */
  readonly refused: ReadonlyMap<RenewedChannel, AmqpError>;
}

/** Rejects with AmqpError NOT_ALLOWED for a secret that is not taken, or does not let into the vhost. */
async function renewed({ actor, broker, channels, endpoints }: RenewedConnection, secret: Buffer): Promise<Renewed> {
  const { user, vhost } = actor;
  const identity = await actor.identity.renew(secret);
  if (isRefusal(identity)) {
    broker.log.warn({ peer: endpoints.peer, user, reason: identity.refusal }, 'new secret refused');
    throw blamed(new AmqpError('NOT_ALLOWED', 'New secret was refused by one of the backends'));
  }
  if (!(await whenKnown(() => identity.authority.mayEnter(vhost.name)))) throw blamed(vhostRefused(user, vhost.name));
  const refused = new Map<RenewedChannel, AmqpError>();
  const renewedActor = new UserActor(identity, vhost);
  for (const channel of channels.values()) {
    const error = await refusalOf(channel, renewedActor);
    if (error !== undefined) refused.set(channel, error);
  }
  return { identity, refused };
}

/** Why one of its consumers could not begin; undefined if all could. */
async function refusalOf({ consumers }: RenewedChannel, actor: UserActor): Promise<AmqpError | undefined> {
  try {
    for (const { queue } of consumers.values()) await whenKnown(() => actor.check('read', 'queue', queue.name));
    return undefined;
  } catch (error) {
    if (error instanceof AmqpError) return error;
    throw error;
  }
}

/** No frame's doing, so that the connection does not know what brought it about. */
function blamed(error: AmqpError): AmqpError {
  return withMethod(error, CONNECTION_UPDATE_SECRET);
}
