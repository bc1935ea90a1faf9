/** A virtual host, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/vhosts`). */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Fields } from '../lists/fields.ts';
import { totalLengths, vhostFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';

export const VHOST_FIELDS: Fields<Vhost, View> = {
  name: ({ name }) => name,
  description: ({ name }, { context: { node } }) => node.vhostSpec(name)?.description,
  tags: ({ name }, { context: { node } }) => node.vhostSpec(name)?.tags,
  default_queue_type: ({ defaultQueueType }) => defaultQueueType ?? 'undefined',
  metadata: ({ name, defaultQueueType }, { context: { node } }) => {
    const { description, tags } = node.vhostSpec(name)!;
    return { description, tags, ...(defaultQueueType && { default_queue_type: defaultQueueType }) };
  },
  protected_from_deletion: () => false,
  tracing: () => false,
  cluster_state: (_, { context }) => ({ [context.nodeName]: 'running' }),
  message_stats: (vhost, view) => view.messageStats(vhost, vhostFigures(vhost)),
  messages: (vhost) => totalLengths([vhost]).messages,
  messages_details: (vhost, view) => view.lengths(vhost, totalLengths([vhost])).messages_details,
  messages_ready: (vhost) => totalLengths([vhost]).messages_ready,
  messages_ready_details: (vhost, view) => view.lengths(vhost, totalLengths([vhost])).messages_ready_details,
  messages_unacknowledged: (vhost) => totalLengths([vhost]).messages_unacknowledged,
  messages_unacknowledged_details: (vhost, view) =>
    view.lengths(vhost, totalLengths([vhost])).messages_unacknowledged_details,
};
