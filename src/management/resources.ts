/** All endpoints of the HTTP API; `spec/http-api.json` has a row for each method of them. */
import type { Resource } from './http/resource.ts';
import { limits } from './resources/limits.ts';
import { parameters } from './resources/parameters.ts';
import { permissions } from './resources/permissions.ts';
import { policies } from './resources/policies.ts';
import { queues } from './resources/queues.ts';
import { users } from './resources/users.ts';
import { vhosts } from './resources/vhosts.ts';
import { whoami } from './resources/whoami.ts';

export const RESOURCES: readonly Resource[] = [
  whoami,
  ...vhosts,
  ...users,
  ...permissions,
  ...policies,
  ...limits,
  ...parameters,
  ...queues,
];
