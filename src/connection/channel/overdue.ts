/** What becomes of deliveries that wait too long for their acknowledgement (RabbitMQ: Consumers, "Delivery Acknowledgement Timeout"). */
import type { VersionRules } from '../../config/profile.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { RequeueCause } from '../../broker/queue/delayed-retry.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { DeliveryTimeouts } from './delivery-timeouts.ts';
import { NOWHERE } from './settlement.ts';
import type { Delivery, Unacked } from './unacked.ts';

export interface OverdueChannel {
  readonly number: number;
  readonly connection: {
    readonly vhost: Vhost;
    readonly client: { readonly consumerCancelNotify: boolean };
    readonly broker: {
      readonly node: { readonly rules: VersionRules };
      readonly config: { readonly consumerTimeout: number };
    };
  };
  readonly unacked: Unacked;
  readonly consumers: ReadonlyMap<string, ChannelConsumer>;
  /** See ClientChannel. */
  settleUnasked(kind: RequeueCause, isMeant: (queue: string, seq: number) => boolean): void;
  cancelled(consumer: ChannelConsumer): void;
  fail(error: AmqpError): void;
}

/**
 * Closes the channel if its oldest delivery has waited too long: the others count when they are the oldest, as in RabbitMQ. With the rules of 4.3
 * the delivery goes back, and its consumer is cancelled, if the client knows of that.
 */
export function checkOverdue(channel: OverdueChannel, timeouts: DeliveryTimeouts): void {
  if (channel.unacked.count === 0) return;
  const { client, broker } = channel.connection;
  const cancels = broker.node.rules.values.timeoutsCancel && client.consumerCancelNotify;
  const overdue: Delivery[] = [];
  for (const delivery of channel.unacked) {
    if (delivery.queue === NOWHERE) continue;
    const timeout = timeoutOf(channel, delivery);
    if (!timeouts.isOver(delivery.tick, timeout)) break;
    if (!cancels || delivery.consumer === undefined) {
      channel.fail(timedOut(channel.number, timeout));
      return;
    }
    overdue.push(delivery);
  }
  if (overdue.length > 0) takeBack(channel, overdue);
}

/** Milliseconds; 0 for ever. */
function timeoutOf({ connection: { broker } }: OverdueChannel, { consumer, queue }: Delivery): number {
  if (queue.type !== 'quorum' && !broker.node.rules.values.allDeliveriesTimeOut) return 0;
  return consumer?.timeout ?? queue.consumerTimeout ?? broker.config.consumerTimeout;
}

/** What the client says of them later is ignored. */
function takeBack(channel: OverdueChannel, overdue: readonly Delivery[]): void {
  const consumers = new Set(overdue.map(({ consumer }) => consumer!));
  const cancelled = [...consumers].filter((consumer) => channel.consumers.get(consumer.tag) === consumer);
  for (const consumer of cancelled) {
    consumer.queue.consumers.remove(consumer);
    channel.cancelled(consumer);
  }
  const meant = new Set(overdue.map(({ queue, seq }) => `${seq} ${queue.name}`));
  channel.settleUnasked('returned', (queue, seq) => meant.has(`${seq} ${queue}`));
  for (const { queue } of cancelled) channel.connection.vhost.consumerLeft(queue);
}

function timedOut(channel: number, timeout: number): AmqpError {
  const text =
    `delivery acknowledgement on channel ${channel} timed out. Timeout value used: ${timeout} ms. ` +
    'This timeout value can be configured, see consumers doc guide to learn more';
  return new AmqpError('PRECONDITION_FAILED', text, { blameless: true });
}
