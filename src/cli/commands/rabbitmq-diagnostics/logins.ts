/** How many logins there were, by protocol. */
import { path } from '../api.ts';
import type { Command } from '../command.ts';
import { nodeOf } from '../rabbitmqctl/facts.ts';

const group = 'Monitoring, observability and health checks';
const COLUMNS = ['protocol', 'auth_attempts', 'auth_attempts_failed', 'auth_attempts_succeeded'];

export const logins: readonly Command[] = [
  {
    name: 'list_node_auth_attempt_stats',
    group,
    description: 'Lists how many logins there were, by protocol',
    banner: ({ node }) => `Listing authentication\n attempts for node "${node}" ...`,
    run: async ({ api, node }) => {
      const { name } = await nodeOf(api);
      const attempts = await api.get<readonly Record<string, unknown>[]>(path`/auth/attempts/${name}`);
      if (attempts.length === 0) return `Node ${node} reported no authentication attempt stats`;
      return { columns: COLUMNS, rows: attempts.map((row) => COLUMNS.map((column) => row[column])) };
    },
  },
  {
    name: 'reset_node_auth_attempt_metrics',
    group,
    description: 'Begins to count logins anew',
    banner: ({ node }) => `Reset auth attempt metrics on node ${node} ...`,
    run: async ({ api }) => {
      const { name } = await nodeOf(api);
      return api.delete(path`/auth/attempts/${name}`);
    },
  },
];
