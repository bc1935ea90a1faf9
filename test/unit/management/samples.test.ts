/** Samples of what comes and goes, and of what the node uses, for who asks for ages: by the names of RabbitMQ's query. */
import { expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf } from '../../support/management/api.ts';

/** The names of what has samples, three of each: of now, and of 5 and 10 seconds ago. */
function sampled(shown: unknown): string[] {
  const entries = Object.entries(shown as Readonly<Record<string, { readonly samples?: readonly unknown[] } | null>>);
  return entries.filter(([, value]) => value?.samples?.length === 3).map(([name]) => name);
}

const CHURN = ['channel', 'connection']
  .flatMap((of) => [`${of}_closed`, `${of}_created`])
  .concat('queue_created', 'queue_declared', 'queue_deleted')
  .map((name) => `${name}_details`);

it('churn has those that the numbers of messages have', async () => {
  await using broker = await Broker.start({ port: 0, managementPort: 0 });
  const { json } = await apiOf(broker)(
    'GET',
    '/overview?lengths_age=10&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5',
  );
  expect(sampled((json as { churn_rates: object }).churn_rates)).toEqual(CHURN);
});

it('the node has its own', async () => {
  await using broker = await Broker.start({ port: 0, managementPort: 0 });
  const [node] = (await apiOf(broker)('GET', '/nodes?node_stats_age=10&node_stats_incr=5')).json as object[];
  const used = ['disk_free', 'fd_used', 'mem_used', 'proc_used', 'sockets_used'].map((name) => `${name}_details`);
  expect(sampled(node).sort()).toEqual([...used, ...CHURN].sort());
});
