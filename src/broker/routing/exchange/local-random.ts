/**
 * The local random exchange: as the random one, but for classic queues of this node only and with empty binding keys
 * (RabbitMQ: Local Random Exchange). A broker of one node has no other queues.
 */
import { AmqpError } from '../../../protocol/amqp-error.ts';
import { queueTypeOf } from '../../arguments/queue-type.ts';
import type { BindingIdentity } from './binding.ts';
import { RandomExchange } from './random.ts';

export class LocalRandomExchange extends RandomExchange {
  override readonly type = 'x-local-random';

  override validateBinding({ destination, routingKey }: BindingIdentity): void {
    if (routingKey !== '') {
      throw new AmqpError('PRECONDITION_FAILED', `Non empty binding '${routingKey}' key not permitted`);
    }
    if (destination.kind !== 'queue') throw new AmqpError('PRECONDITION_FAILED', 'Destination not found');
    const type = queueTypeOf(destination.arguments);
    if (type === 'classic') return;
    throw new AmqpError('PRECONDITION_FAILED', `Queue type rabbit_${type}_queue not valid for this exchange type`);
  }
}
