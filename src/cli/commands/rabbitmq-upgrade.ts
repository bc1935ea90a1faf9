/** `rabbitmq-upgrade`: what is done before and after a node is replaced by a newer one (RabbitMQ: rabbitmq-upgrade(8)). Here there is but one. */
import type { Command } from './command.ts';
import { tool } from './tool.ts';
import { acting } from './rabbitmqctl/running-node.ts';
import { stateOf } from './rabbitmqctl/startup.ts';
import { UnreachableError } from './exchange.ts';

const group = 'Upgrade';

const commands: readonly Command[] = [
  waitingFor('await_online_quorum_plus_one', 'a quorum + 1 of nodes to be online for all quorum queues'),
  waitingFor('await_online_synchronized_mirror', 'a synchronised mirror be online for all classic mirrored queues'),
  {
    name: 'drain',
    group,
    description: 'Lets no more clients in, and closes the connections of those that are in',
    banner: ({ node }) =>
      `Will put node ${node} into maintenance mode. The node will no longer serve any client traffic!`,
    run: acting('drain'),
  },
  {
    name: 'revive',
    group,
    description: 'Lets clients in again after drain',
    banner: ({ node }) =>
      `Will put node ${node} back into regular operating mode. The node will again serve client traffic and host primary queue replicas.`,
    run: acting('revive'),
  },
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
      if (call.flag('quiet') || call.flag('silent')) return undefined;
      return 'Target node seems to be the only one in a single node cluster, the command does not apply';
    },
  };
}
