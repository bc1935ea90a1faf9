/** Length limits of queues whose dead letters go round, without a socket. */
import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../../src/broker/queue/queue.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { LateNode } from '../../../support/late-node.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

test('a letter that a dying message drives out of the next queue finds the room of the dead one', () => {
  const { vhost } = nodeInMemory();
  const declare = (name: string, limit: string, length: number, next: string): Queue => {
    const args = { [limit]: length, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': next };
    const options = { name, durable: false, autoDelete: false, owner: undefined };
    return vhost.declareQueue({ ...options, arguments: toFieldTable(args) }) as Queue;
  };
  const queues = [declare('bytes', 'x-max-length-bytes', 10, 'number'), declare('number', 'x-max-length', 1, 'bytes')];
  for (const [routingKey, body] of [
    ['number', 'small'],
    ['bytes', 'larger than ten'],
  ]) {
    const message = messageOf({ routingKey, body });
    vhost.publish(message, vhost.route(vhost.exchange('')!, message), undefined, 0);
  }
  const left = queues.map((queue) => {
    const bodies: string[] = [];
    while (queue.get(true, (message) => bodies.push(bodyText(message))));
    return bodies;
  });
  expect(left).toEqual([['small'], ['larger than ten']]);
});

describe('after a restart, a limit in bytes', () => {
  const COUNT = 30;

  interface Case {
    /** Of each body. */
    readonly size: number;
    /** Of those that are settled. */
    readonly settled?: number;
    readonly when?: 'before they are stored' | 'after that';
  }

  /** Of a queue that is full. */
  async function restarted({ size, settled, when }: Case): Promise<LateNode> {
    const first = new LateNode();
    const queue = first.queue('q', { 'x-max-length-bytes': COUNT * size });
    for (let n = 0; n < COUNT; n++) first.publish('q', 'x'.repeat(size));
    if (when !== 'before they are stored') await new Promise<void>((resolve) => first.store.afterCommit(resolve));
    const got: number[] = [];
    while (settled !== undefined && queue.get(false, (_message, seq) => got.push(seq)) === true);
    if (settled !== undefined) queue.settle(got[settled]);
    return first.restart();
  }

  test.each<Case & { readonly reads: number }>([
    { size: 60_000, reads: 1 },
    // More than a batch takes.
    { size: 250_000, reads: 1 },
    { size: 60_000, settled: 25, when: 'after that', reads: 2 },
    { size: 60_000, settled: 25, when: 'before they are stored', reads: 2 },
  ])('counts what is there, and reads only the head and what is settled in part: %o', async ({ reads, ...given }) => {
    const node = await restarted(given);
    const body = 'x'.repeat(given.size);
    await node.turns();
    // What there is of the logs was asked for too.
    expect(node.store.answered).toBe(1 + reads);
    if (given.settled !== undefined) node.publish('q', body);
    expect(node.queue('q').ready).toBe(COUNT);
    node.publish('q', 'y');
    expect(node.queue('q').ready).toBe(COUNT);
    // The one that had to go left room for all but an octet.
    node.publish('q', body.slice(1));
    expect(node.queue('q').ready).toBe(COUNT + 1);
  });
});
