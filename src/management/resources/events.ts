/** What changes, as it happens. RabbitMQ has nothing like it but a plugin that publishes events to an exchange. */
import { Reply, type Resource } from '../http/resource.ts';

export const events: Resource = {
  path: '/events',
  GET: {
    role: 'management',
    accepts: 'text/event-stream',
    handle: ({ feed, principal }) => new Reply(200, { 'content-type': 'text/event-stream' }, feed.open(principal)),
  },
};
