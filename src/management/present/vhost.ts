/** A virtual host, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/vhosts`). */
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../context.ts';
import type { Fields } from '../lists/fields.ts';

export const VHOST_FIELDS: Fields<Vhost, ManagementContext> = {
  name: ({ name }) => name,
  description: ({ name }, { node }) => node.vhostSpec(name)?.description,
  tags: ({ name }, { node }) => node.vhostSpec(name)?.tags,
  default_queue_type: ({ defaultQueueType }) => defaultQueueType ?? 'undefined',
  metadata: ({ name, defaultQueueType }, { node }) => {
    const { description, tags } = node.vhostSpec(name)!;
    return { description, tags, ...(defaultQueueType && { default_queue_type: defaultQueueType }) };
  },
  protected_from_deletion: () => false,
  cluster_state: (_, { nodeName }) => ({ [nodeName]: 'running' }),
  messages: (vhost) => sumOf(vhost, ({ ready, unacked }) => ready + unacked),
  messages_ready: (vhost) => sumOf(vhost, ({ ready }) => ready),
  messages_unacknowledged: (vhost) => sumOf(vhost, ({ unacked }) => unacked),
};

function sumOf({ queues }: Vhost, count: (queue: DeclaredQueue) => number): number {
  let sum = 0;
  for (const queue of queues) sum += count(queue);
  return sum;
}
