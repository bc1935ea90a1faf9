/** What an observer is told of a change. */
import type { TopologyEvent } from '../events/observer.ts';
import type { Change } from './change.ts';

/** Undefined if it is told of nothing. `isThere`: whether there is a vhost of the name before the change. `connection`: by which it was asked for. */
export function eventOf(
  change: Change,
  isThere: (vhost: string) => boolean,
  connection?: string,
): TopologyEvent | undefined {
  switch (change.op) {
    case 'put-vhost': {
      const { name: vhost } = change.record;
      return isThere(vhost) ? undefined : { type: 'vhost-created', vhost };
    }
    case 'delete-vhost':
      return { type: 'vhost-deleted', vhost: change.name };
    case 'put-exchange':
      return { type: 'exchange-declared', vhost: change.vhost, exchange: change.exchange.name, connection };
    case 'delete-exchange':
      return { type: 'exchange-deleted', vhost: change.vhost, exchange: change.name, connection };
    case 'put-queue':
      return { type: 'queue-declared', vhost: change.vhost, queue: change.queue.name, connection };
    case 'delete-queue':
      return { type: 'queue-deleted', vhost: change.vhost, queue: change.name, connection };
    case 'put-binding':
    case 'delete-binding': {
      const { source, destination, destinationKind, routingKey } = change.binding;
      const type = change.op === 'put-binding' ? 'bound' : 'unbound';
      return { type, vhost: change.vhost, source, destination, destinationKind, routingKey, connection };
    }
    default:
      return undefined;
  }
}
