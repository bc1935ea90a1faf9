/** `report`: what the broker is and has, in one text for whoever is to help (RabbitMQ: rabbitmqctl(8)). It has no message and no password. */
import type { Call, Command } from '../command.ts';
import { lists } from './lists.ts';
import { parameters } from './parameters.ts';
import { permissions } from './permissions.ts';
import { policies } from './policies.ts';
import { clusterStatus, environment, status } from './status.ts';

/** What is told of the broker, and of each of its vhosts. */
const OF_BROKER = [status, clusterStatus, environment, ...named(lists, 'list_connections', 'list_channels')];
const OF_VHOST = [
  ...named(lists, 'list_queues', 'list_exchanges', 'list_bindings', 'list_consumers'),
  ...named(permissions, 'list_permissions', 'list_topic_permissions'),
  ...named(policies, 'list_policies', 'list_operator_policies'),
  ...named(parameters, 'list_parameters'),
];

export const report: Command = {
  name: 'report',
  group: 'Monitoring, observability and health checks',
  description: 'Generates a report of the broker and all of its vhosts, for support',
  waits: true,
  banner: ({ node }) => `Reporting server status of node ${node} ...\n`,
  run: async (call) => {
    const vhosts = await call.api.get<readonly { readonly name: string }[]>('/vhosts');
    for (const command of OF_BROKER) await tell(command, call);
    for (const { name } of vhosts) for (const command of OF_VHOST) await tell(command, { ...call, vhost: name });
    return undefined;
  },
};

async function tell(command: Command, call: Call): Promise<void> {
  const asked = { ...call, words: [], option: () => undefined, flag: () => false };
  if (command.banner !== undefined) call.print(command.banner(asked));
  call.print(await command.run(asked));
  call.print('');
}

function named(commands: readonly Command[], ...names: readonly string[]): Command[] {
  return names.map((name) => commands.find((command) => command.name === name)!);
}
