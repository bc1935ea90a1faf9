/** `rabbitmq-diagnostics`: health checks, and what the broker is (RabbitMQ: rabbitmq-diagnostics(8)). */
import { checks } from './rabbitmq-diagnostics/checks.ts';
import { logins } from './rabbitmq-diagnostics/logins.ts';
import { notHere } from './rabbitmq-diagnostics/not-here.ts';
import { reports } from './rabbitmq-diagnostics/reports.ts';
import { nodeHealthCheck } from './rabbitmqctl/cluster.ts';
import { lists } from './rabbitmqctl/lists.ts';
import { tls } from './rabbitmq-diagnostics/tls.ts';
import { report } from './rabbitmqctl/report.ts';
import { ping, startup } from './rabbitmqctl/startup.ts';
import { clusterStatus, environment, status } from './rabbitmqctl/status.ts';
import { tool } from './tool.ts';

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
  ...lists,
  ...startup,
]);
