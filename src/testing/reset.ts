/** Making a vhost as good as new, while the clients that are connected stay so. */
import { forced } from '../broker/operations/connections.ts';
import { Queue } from '../broker/queue/queue.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import { POLICY_KINDS } from '../broker/policy/policy.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { Inside } from './inside.ts';

export interface ResetOptions {
  /**
   * `topology`, the default: all messages go, those at consumers too, whose acknowledgements are ignored from then on; queues, exchanges, bindings,
   * policies, consumers and connections stay. A stream is declared anew, so that its consumers are cancelled.
   * `connections`: all that is declared goes as well, its consumers are cancelled, and what was seeded comes back.
   * `nothing`: connections are closed too, with 320.
   */
  readonly keep?: 'topology' | 'connections' | 'nothing' | undefined;
  /** False: the log stays as it is. */
  readonly log?: boolean | undefined;
}

/** Removes all messages: of queues, streams and delayed exchanges, and the keys and histories that tell of earlier ones. */
export function clearMessages({ context }: Inside, vhost: Vhost): void {
  const channels = [...context.connections].flatMap((connection) =>
    connection.vhost === vhost ? [...connection.channels.values()] : [],
  );
  for (const channel of channels) channel.settleUnasked('ack');
  for (const queue of [...vhost.queues]) {
    if (queue.type === 'stream') declareAnew(vhost, queue);
    else if (queue instanceof Queue) queue.purge(true);
  }
  for (const { delayed, history } of vhost.exchanges) {
    delayed?.purge();
    history?.clear();
  }
  for (const channel of channels) for (const consumer of channel.consumers.values()) consumer.resume();
}

/** Removes all that is declared. */
export function clearTopology(vhost: Vhost): void {
  for (const queue of [...vhost.queues]) vhost.deleteQueue(queue);
  for (const { name } of [...vhost.exchanges]) {
    if (name !== '' && !name.startsWith('amq.')) vhost.deleteExchange(name, false);
    else clearBindings(vhost, name);
  }
  for (const kind of POLICY_KINDS) for (const { name } of vhost.policies.list(kind)) vhost.policies.delete(kind, name);
}

/** Closes the connections of a vhost. */
export function closeConnections({ context }: Inside, vhost: Vhost): void {
  for (const connection of [...context.connections]) {
    if (connection.vhost === vhost) connection.close(forced('the test broker was reset'));
  }
}

function clearBindings(vhost: Vhost, exchange: string): void {
  for (const { destination, routingKey, arguments: args } of [...vhost.existingExchange(exchange).bindings]) {
    const { name, kind } = destination;
    const spec = { source: exchange, destinationKind: kind, destination: name, routingKey, arguments: args };
    vhost.unbind(spec, NOBODY);
  }
}

const NOBODY = {};

function declareAnew(vhost: Vhost, queue: DeclaredQueue): void {
  const { name, durable, autoDelete, owner, arguments: args } = queue;
  const bindings = [...queue.incoming];
  vhost.deleteQueue(queue);
  vhost.declareQueue({ name, durable, autoDelete, owner, arguments: args });
  for (const { source, routingKey, arguments: bindingArgs } of bindings) {
    const spec = { source: source.name, destination: name, destinationKind: 'queue', routingKey } as const;
    vhost.bind({ ...spec, arguments: bindingArgs }, NOBODY);
  }
}
