/** A virtual host, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/vhosts`). */
import { vhostMetadata } from '../../broker/definitions/export.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Fields } from '../lists/fields.ts';
import { vhostFigures, vhostOctets } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { lengthFields } from './lengths.ts';

export const VHOST_FIELDS: Fields<Vhost, View> = {
  name: ({ name }) => name,
  description: ({ name }, { context: { node } }) => node.vhostSpec(name)?.description,
  tags: ({ name }, { context: { node } }) => node.vhostSpec(name)?.tags,
  default_queue_type: ({ defaultQueueType }) => defaultQueueType ?? 'undefined',
  metadata: ({ name }, { context: { node } }) => vhostMetadata(node.vhostSpec(name)!),
  protected_from_deletion: ({ name }, { context: { node } }) => node.vhostSpec(name)?.protectedFromDeletion,
  tracing: (vhost, { context: { node } }) => node.observers.isTraced(vhost),
  cluster_state: (_, { context }) => ({ [context.nodeName]: 'running' }),
  message_stats: (vhost, view) => view.messageStats(vhost, vhostFigures(vhost)),
  recv_oct: (vhost) => vhostOctets(vhost)['recv_oct'],
  recv_oct_details: (vhost, view) => view.data(vhost, vhostOctets(vhost))['recv_oct_details'],
  send_oct: (vhost) => vhostOctets(vhost)['send_oct'],
  send_oct_details: (vhost, view) => view.data(vhost, vhostOctets(vhost))['send_oct_details'],
  ...lengthFields<Vhost>(
    (vhost) => vhost,
    (vhost, view) => view.lengthsIn(vhost),
  ),
};
