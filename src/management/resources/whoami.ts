/** Who asks (RabbitMQ: HTTP API, `/api/whoami`). */
import type { Resource } from '../http/resource.ts';

export const whoami: Resource = {
  path: '/whoami',
  GET: { role: 'management', handle: ({ principal: { name, tags } }) => ({ name, tags }) },
};
