/** What an observer is told of a change. */
import type { TopologyEvent } from '../events/observer.ts';
import type { VhostChange } from './change.ts';

export function eventOf(change: VhostChange): TopologyEvent {
  const { vhost } = change;
  switch (change.op) {
    case 'put-exchange':
      return { type: 'exchange-declared', vhost, exchange: change.exchange.name };
    case 'delete-exchange':
      return { type: 'exchange-deleted', vhost, exchange: change.name };
    case 'put-queue':
      return { type: 'queue-declared', vhost, queue: change.queue.name };
    case 'delete-queue':
      return { type: 'queue-deleted', vhost, queue: change.name };
    case 'put-binding':
    case 'delete-binding': {
      const { source, destination, destinationKind, routingKey } = change.binding;
      const type = change.op === 'put-binding' ? 'bound' : 'unbound';
      return { type, vhost, source, destination, destinationKind, routingKey };
    }
  }
}
