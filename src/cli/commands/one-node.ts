/** What RabbitMQ's commands for clusters answer if there is but one node. */
import type { Command } from './command.ts';

export const ONE_NODE = 'a broker is one node here, and each queue has its only replica on it';

/** A check of whether others could do without this node: it does not apply to one by itself. */
export function alone(name: string, check: string, subject: string): Command {
  return {
    name,
    group: 'Monitoring, observability and health checks',
    description: 'Health check that passes: a node by itself is not critical for others',
    banner: ({ node }) => `Checking if node ${node} is critical for ${subject} ...`,
    run: async ({ api, node, flag }) => {
      await api.get(`/health/checks/${check}`);
      if (flag('silent')) return undefined;
      const that = 'seems to be the only one in a single node cluster, the check does not apply';
      return { text: `Node ${node} ${that}`, json: { message: `Target node ${that}`, result: 'ok' } };
    },
  };
}
