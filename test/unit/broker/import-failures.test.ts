/** Definitions are imported whole or not at all, whatever goes wrong at whichever step. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { exportDefinitions } from '../../../src/broker/definitions/export.ts';
import { importDefinitions } from '../../../src/broker/definitions/import.ts';
import type { Queue } from '../../../src/broker/queue/queue.ts';
import { readSettings } from '../../../src/broker/queue/queue-settings.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import { definitionsArbitrary } from '../../support/definitions.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { type NodeInMemory, nodeInMemory } from '../../support/recovery/node.ts';

type Document = Parameters<typeof importDefinitions>[1];

const PRODUCT = { product: 'RabbitMQ', productVersion: '3.13.7' };

function nodeWith(document: Document): NodeInMemory {
  const it = nodeInMemory(new HandClock());
  // Its salt is left to chance.
  it.node.auth.putUser({ ...it.node.existingUser('guest'), passwordHash: '' });
  importDefinitions(it.node, document);
  return it;
}

/** What there is, in the broker and in its store. */
async function all({ node, store }: NodeInMemory) {
  await new Promise<void>((resolve) => store.afterCommit(resolve));
  const { vhosts, exchanges, queues, bindings, users, permissions, parameters } = store.recover();
  const rows = [vhosts, exchanges, queues, bindings, users, permissions, parameters].map((kind) =>
    kind.map((row) => JSON.stringify(row)).sort(),
  );
  for (const { policies, queues } of node.vhosts) {
    for (const queue of queues) {
      expect((queue as Queue).settings).toEqual(readSettings(policies.effectiveSettings(queue)));
    }
  }
  return { definitions: exportDefinitions(node, PRODUCT), rows };
}

/** Has the call of this number fail, and those after it work. */
function failOnce(object: object, method: string, at: number, error: Error): void {
  const target = object as Record<string, (...args: unknown[]) => unknown>;
  const original = target[method].bind(object);
  let calls = 0;
  target[method] = (...args) => {
    if (calls++ === at) throw error;
    return original(...args);
  };
}

type Failure = 'store' | 'apply' | 'memory';

const FAILURES: Readonly<Record<Failure, (it: NodeInMemory) => [object: object, method: string]>> = {
  store: ({ store }) => [store, 'change'],
  apply: ({ node }) => [node, 'apply'],
  memory: ({ node }) => [node.heapLimit, 'checkRoom'],
};

test('an import that fails at any step leaves nothing behind', async () => {
  let failed = 0;
  const property = fc.asyncProperty(
    definitionsArbitrary(),
    definitionsArbitrary(),
    fc.constantFrom<Failure>('store', 'apply', 'memory'),
    fc.nat(),
    async (before, document, kind, at) => {
      const twin = nodeWith(before);
      const steps = vi.spyOn(twin.node, 'commit');
      importDefinitions(twin.node, document);
      const it = nodeWith(before);
      const was = await all(it);
      const error = kind === 'memory' ? new AmqpError('RESOURCE_ERROR', 'injected') : new Error('injected');
      failOnce(...FAILURES[kind](it), at % Math.max(1, steps.mock.calls.length), error);
      let hasFailed = false;
      try {
        importDefinitions(it.node, document);
      } catch (thrown) {
        expect(String(thrown)).toContain('injected');
        hasFailed = true;
        failed++;
      }
      expect((await all(it)).definitions).toEqual(hasFailed ? was.definitions : (await all(twin)).definitions);
      if (hasFailed) expect((await all(it)).rows).toEqual(was.rows);
    },
  );
  await fc.assert(property, { numRuns: 60 });
  expect(failed).toBeGreaterThan(20);
});
