/** All endpoints of the HTTP API; `spec/http-api.json` has a row for each method of them. */
import type { Resource } from './http/resource.ts';
import { aliveness } from './resources/aliveness.ts';
import { bindings } from './resources/bindings.ts';
import { bodies } from './resources/bodies.ts';
import { browsing } from './resources/browsing.ts';
import { clients } from './resources/clients.ts';
import { definitions } from './resources/definitions.ts';
import { delayed } from './resources/delayed.ts';
import { events } from './resources/events.ts';
import { exchanges } from './resources/exchanges.ts';
import { health } from './resources/health.ts';
import { history } from './resources/history.ts';
import { jobs } from './resources/jobs.ts';
import { limits } from './resources/limits.ts';
import { messages } from './resources/messages.ts';
import { miscellany } from './resources/miscellany.ts';
import { nodes } from './resources/nodes.ts';
import { overview } from './resources/overview.ts';
import { parameters } from './resources/parameters.ts';
import { permissions } from './resources/permissions.ts';
import { policies } from './resources/policies.ts';
import { queues } from './resources/queues.ts';
import { replicas } from './resources/replicas.ts';
import { session } from './resources/session.ts';
import { users } from './resources/users.ts';
import { vhosts } from './resources/vhosts.ts';
import { whoami } from './resources/whoami.ts';

export const RESOURCES: readonly Resource[] = [
  whoami,
  ...session,
  ...overview,
  ...nodes,
  history,
  ...health,
  aliveness,
  ...miscellany,
  ...vhosts,
  ...users,
  ...permissions,
  ...policies,
  ...limits,
  ...parameters,
  ...definitions,
  ...queues,
  ...replicas,
  ...exchanges,
  ...bindings,
  ...messages,
  browsing,
  ...bodies,
  events,
  ...delayed,
  ...jobs,
  ...clients,
];
