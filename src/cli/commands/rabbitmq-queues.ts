/** `rabbitmq-queues`: replicas of queues (RabbitMQ: rabbitmq-queues(8)). A broker is one node, so that each queue has its leader here and no other member. */
import { EXIT } from '../exit-codes.ts';
import { path } from './api.ts';
import type { Call, Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { alone, ONE_NODE } from './one-node.ts';
import { tool, without } from './tool.ts';

interface Queue {
  readonly type: string;
}

interface Member {
  readonly 'Raft State': string;
}

const REPLICATION = 'Replication';
const KINDS = ['all', 'classic', 'quorum', 'stream'];
const PATTERNS = [
  { name: 'vhost-pattern', value: '<pattern>' },
  { name: 'queue-pattern', value: '<pattern>' },
];

const commands: readonly Command[] = [
  without('add_member', '<queue> <node>', REPLICATION, 'Is refused: a queue has one member here', ONE_NODE),
  without('delete_member', '<queue> <node>', REPLICATION, 'Is refused: a queue has one member here', ONE_NODE),
  without('grow', '<node> <all | even>', REPLICATION, 'Is refused: a queue has one member here', ONE_NODE),
  without('shrink', '<node>', REPLICATION, 'Is refused: a queue has one member here', ONE_NODE),
  {
    name: 'quorum_status',
    words: '<queue>',
    group: 'Monitoring, observability and health checks',
    description: 'Displays the one member of a quorum queue',
    banner: ({ words: [queue], node }) => `Status of quorum queue ${queue} on node ${node} ...`,
    run: async ({ api, vhost, node, words: [queue] }) => {
      const members = await api.get<Member[]>(path`/queues/quorum/${vhost}/${queue}/status`);
      return { columns: ['Node Name', 'Raft State'], rows: members.map((member) => [node, member['Raft State']]) };
    },
    on: { 404: () => refused('not_found'), 503: () => refused('Cannot get quorum status of a classic queue') },
  },
  {
    name: 'reclaim_quorum_memory',
    words: '<queue>',
    group: 'Operations',
    description: 'Checks that there is such a quorum queue: what is settled gives its memory back at once',
    banner: ({ words: [queue] }) => `Will flush Raft WAL of quorum queue ${queue} ...`,
    run: async (call) => {
      if ((await queueOf(call)).type !== 'quorum') throw refused('This operation is not applicable to classic queues');
      return undefined;
    },
    on: { 404: ({ vhost }) => refused(`Target queue was not found in virtual host '${vhost}'`) },
  },
  {
    name: 'rebalance',
    words: '<type>',
    options: PATTERNS,
    group: 'Operations',
    description: 'Does nothing: all leaders are on the one node',
    banner: ({ words: [kind] }) => `Re-balancing leaders of ${kind} queues...`,
    run: async ({ api, words: [kind] }) => {
      if (!KINDS.includes(kind)) throw refused(`type ${kind} is not supported. Try one of ${KINDS.join(', ')}.`);
      await api.post('/rebalance/queues');
      return undefined;
    },
  },
  without(
    'peek',
    '<queue> <position>',
    'Monitoring, observability and health checks',
    'Is refused: messages are looked at by rabbitmqadmin get',
    "look at messages by 'rabbitmqadmin get queue=NAME', which puts them back",
  ),
  alone('check_if_node_is_quorum_critical', 'node-is-quorum-critical', 'quorum of any quorum queues'),
  alone(
    'check_if_node_is_mirror_sync_critical',
    'node-is-mirror-sync-critical',
    'data safety of any classic mirrored queues',
  ),
];

export const rabbitmqQueues = tool('rabbitmq-queues', commands);

function queueOf({ api, vhost, words: [queue] }: Call): Promise<Queue> {
  return api.get(path`/queues/${vhost}/${queue}`);
}

function refused(text: string): CommandError {
  return new CommandError(EXIT.unavailable, text);
}
