/** `rabbitmq-diagnostics`: health checks, and what the broker is (RabbitMQ: rabbitmq-diagnostics(8)). */
import { checks } from './rabbitmq-diagnostics/checks.ts';
import { logins } from './rabbitmq-diagnostics/logins.ts';
import { notHere } from './rabbitmq-diagnostics/not-here.ts';
import { reports } from './rabbitmq-diagnostics/reports.ts';
import { nodeHealthCheck } from './rabbitmqctl/cluster.ts';
import { lists } from './rabbitmqctl/lists.ts';
import { parameters } from './rabbitmqctl/parameters.ts';
import { permissions } from './rabbitmqctl/permissions.ts';
import { policies } from './rabbitmqctl/policies.ts';
import { users } from './rabbitmqctl/users.ts';
import { vhosts } from './rabbitmqctl/vhosts.ts';
import { rabbitmqQueues } from './rabbitmq-queues.ts';
import { rabbitmqStreams } from './rabbitmq-streams.ts';
import { tls } from './rabbitmq-diagnostics/tls.ts';
import { report } from './rabbitmqctl/report.ts';
import { ping, startup } from './rabbitmqctl/startup.ts';
import { clusterStatus, environment, status } from './rabbitmqctl/status.ts';
import { tool } from './tool.ts';

/** Lists change nothing: RabbitMQ has them here as well, and what is told of replicas. */
const listed = [...lists, ...users, ...permissions, ...vhosts, ...parameters, ...policies].filter(({ name }) =>
  name.startsWith('list_'),
);
const OF_REPLICAS = ['quorum_status', 'reclaim_quorum_memory', 'stream_status'];
const ofReplicas = [...rabbitmqQueues.commands, ...rabbitmqStreams.commands].filter(({ name }) =>
  OF_REPLICAS.includes(name),
);

export const rabbitmqDiagnostics = tool('rabbitmq-diagnostics', [
  ping,
  ...checks,
  nodeHealthCheck,
  status,
  clusterStatus,
  environment,
  ...reports,
  report,
  ...logins,
  ...tls,
  ...notHere,
  ...listed,
  ...ofReplicas,
  ...startup,
]);
