/** Changes of the topology as statements. */
import { expect, it } from 'vitest';
import { topologyStatements } from '../../../../src/store/postgres/entities.ts';
import { UNSEALED } from '../../../../src/store/sealing/seal.ts';
import type { TopologyChange } from '../../../../src/store/stored-records.ts';

const NONE = new Uint8Array(0);
const GONE: TopologyChange = { op: 'delete-queue', id: 7, vhost: '/', name: 'q7', boundFrom: [] };

function queue(id: number): TopologyChange {
  const record = { id, vhost: '/', name: `q${id}`, durable: true, autoDelete: false, arguments: NONE };
  return { op: 'put-queue', record };
}

it('keep the highest number of a queue once, or very many would make as many versions of one row', () => {
  const statements = topologyStatements([queue(5), queue(7), queue(6), GONE], UNSEALED);
  const used = statements.filter(({ name }) => name === 'queue_id_used');
  expect(used.map(({ values }) => values)).toEqual([[7]]);
  expect(topologyStatements([GONE], UNSEALED).map(({ name }) => name)).toEqual(['drop_content', 'delete_queue']);
});
