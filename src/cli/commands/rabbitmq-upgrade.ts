/** `rabbitmq-upgrade`: what is done before and after a node of a cluster is replaced (RabbitMQ: rabbitmq-upgrade(8)). Here there is but one. */
import type { Command } from './command.ts';
import { tool, without } from './tool.ts';
import { stateOf } from './rabbitmqctl/startup.ts';
import { UnreachableError } from './exchange.ts';

const group = 'Upgrade';
const OTHERS =
  "it hands the clients of a node to others of its cluster, and a broker is one node here: stop it by 'rabbitmqctl stop_app'";

const commands: readonly Command[] = [
  waitingFor('await_online_quorum_plus_one', 'a quorum + 1 of nodes to be online for all quorum queues'),
  waitingFor('await_online_synchronized_mirror', 'a synchronised mirror be online for all classic mirrored queues'),
  without('drain', '', group, 'Is refused: there is no other node to take the clients', OTHERS),
  without('revive', '', group, 'Is refused: there is no other node to take the clients', OTHERS),
  {
    name: 'post_upgrade',
    group,
    description: 'Does nothing: what an older version stored is converted at the start',
    banner: () => 'Executing post upgrade tasks...',
    run: async ({ api }) => {
      await api.post('/rebalance/queues');
      return 'Rebalancing queue masters...';
    },
  },
];

export const rabbitmqUpgrade = tool('rabbitmq-upgrade', commands);

function waitingFor(name: string, what: string): Command {
  return {
    name,
    group,
    description: 'Passes: a node by itself has nobody to wait for',
    banner: ({ timeout = 120_000 }) => `Will wait for ${what} for ${timeout / 1000} seconds...`,
    run: async (call) => {
      if ((await stateOf(call)) === 'unreachable') throw new UnreachableError('the control socket');
      return 'Target node seems to be the only one in a single node cluster, the command does not apply';
    },
  };
}
