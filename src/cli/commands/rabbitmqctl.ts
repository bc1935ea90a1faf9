/** `rabbitmqctl`: the broker, operated (RabbitMQ: rabbitmqctl(8)). */
import { logins } from './rabbitmq-diagnostics/logins.ts';
import { cluster } from './rabbitmqctl/cluster.ts';
import { connections } from './rabbitmqctl/connections.ts';
import { definitions } from './rabbitmqctl/definitions.ts';
import { lists } from './rabbitmqctl/lists.ts';
import { node } from './rabbitmqctl/node.ts';
import { parameters } from './rabbitmqctl/parameters.ts';
import { permissions } from './rabbitmqctl/permissions.ts';
import { policies } from './rabbitmqctl/policies.ts';
import { report } from './rabbitmqctl/report.ts';
import { runningNode } from './rabbitmqctl/running-node.ts';
import { ping, startup } from './rabbitmqctl/startup.ts';
import { clusterStatus, environment, status } from './rabbitmqctl/status.ts';
import { users } from './rabbitmqctl/users.ts';
import { vhosts } from './rabbitmqctl/vhosts.ts';
import { encryption, evaluations, tool } from './tool.ts';

export const rabbitmqctl = tool('rabbitmqctl', [
  ...startup,
  ...node,
  ...runningNode,
  clusterStatus,
  ...cluster,
  ...users,
  ...permissions,
  ping,
  status,
  environment,
  report,
  ...lists,
  ...parameters,
  ...policies,
  ...vhosts,
  ...definitions,
  ...connections,
  ...logins.filter(({ name }) => name.startsWith('list_')),
  ...encryption,
  ...evaluations,
]);
