/** Definitions are imported whole or not at all, whatever goes wrong at whichever step, and whenever the broker is killed. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { exportDefinitions } from '../../../src/broker/definitions/export.ts';
import { ImportJournal } from '../../../src/broker/definitions/import-journal.ts';
import { finishImport, importDefinitions } from '../../../src/broker/definitions/import.ts';
import { IMPORT_JOURNAL } from '../../../src/broker/parameters/parameters.ts';
import type { Queue } from '../../../src/broker/queue/queue.ts';
import { readSettings } from '../../../src/broker/queue/queue-settings.ts';
import type { Change } from '../../../src/broker/topology/change.ts';
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import { NullStore } from '../../../src/store/null-store.ts';
import type { RecoveredState } from '../../../src/store/stored-records.ts';
import { definitionsArbitrary } from '../../support/definitions.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { type NodeInMemory, nodeInMemory } from '../../support/recovery/node.ts';

type Document = Parameters<typeof importDefinitions>[1];

const PRODUCT = { product: 'RabbitMQ', productVersion: '3.13.7' };
const plain = { durable: true, autoDelete: false, owner: undefined, arguments: new Map() };

async function nodeWith(document: Document, clock = new HandClock()): Promise<NodeInMemory> {
  const it = nodeInMemory(clock);
  // Its salt is left to chance.
  it.node.auth.putUser({ ...it.node.existingUser('guest'), passwordHash: '' });
  await importDefinitions(it.node, document);
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

/** Each step is a turn of the event loop, and so may be a batch of the store. */
class SteppingClock extends HandClock {
  isStepping = false;

  override elapsed(): number {
    if (this.isStepping) this.pass(10);
    return super.elapsed();
  }
}

/** A start with this in the store. */
async function startedWith(state: RecoveredState): Promise<BrokerNode> {
  const store = new NullStore();
  store.recover = () => state;
  store.nextQueueId = () => nextId++;
  const node = new BrokerNode(store, Infinity);
  let nextId = 1_000_000;
  node.recover();
  await finishImport(node);
  return node;
}

/** What outlives a broker. */
function stored(node: BrokerNode) {
  const { queues, exchanges, bindings, ...rest } = exportDefinitions(node, PRODUCT);
  const durable = ({ durable }: { readonly durable?: unknown }): boolean => durable === true;
  const [lasting, exchangesLasting] = [queues!.filter(durable), exchanges!.filter(durable)];
  const names = new Set([...lasting, ...exchangesLasting].map(({ name, vhost }) => `${vhost} ${name}`));
  const isLasting = (vhost: string | undefined, name: string): boolean =>
    name.startsWith('amq.') || names.has(`${vhost} ${name}`);
  return {
    ...rest,
    queues: lasting,
    exchanges: exchangesLasting,
    bindings: bindings!.filter(
      ({ vhost, source, destination }) => isLasting(vhost, source) && isLasting(vhost, destination),
    ),
  };
}

describe('an import', () => {
  test('that fails at any step before it is decided leaves nothing behind', async () => {
    let failed = 0;
    const property = fc.asyncProperty(
      definitionsArbitrary(),
      definitionsArbitrary(),
      fc.constantFrom('store', 'memory'),
      fc.nat({ max: 1 }),
      async (before, document, kind, at) => {
        const it = await nodeWith(before);
        const was = await all(it);
        if (kind === 'memory')
          failOnce(it.node.heapLimit, 'checkRoom', at, new AmqpError('RESOURCE_ERROR', 'injected'));
        else failOnce(it.store, 'change', at, new Error('injected'));
        const decided = vi.spyOn(it.node.parameters, 'put');
        let hasFailed = false;
        try {
          await importDefinitions(it.node, document);
        } catch (thrown) {
          expect(String(thrown)).toContain('injected');
          hasFailed = true;
        }
        const isDecided = decided.mock.calls.some(
          ([component, , name]) => component === IMPORT_JOURNAL && name === 'decided',
        );
        if (!hasFailed || isDecided) return;
        failed++;
        expect(await all(it)).toEqual(was);
      },
    );
    await fc.assert(property, { numRuns: 60 });
    expect(failed).toBeGreaterThan(10);
  });

  test('that meets a defect when it is decided makes all other changes, and tells', async () => {
    const it = await nodeWith({});
    const queues = ['a', 'b', 'c'].map((name) => ({ name, vhost: '/' }));
    failOnce(it.node, 'commit', 3, new Error('injected'));
    await expect(importDefinitions(it.node, { queues })).rejects.toThrow('injected');
    expect(Array.from(it.vhost.queues, ({ name }) => name)).toEqual(['a', 'c']);
    expect(it.node.parameters.of(IMPORT_JOURNAL, '').size).toBe(0);
  });

  test('that a start finishes makes all other changes if it meets a defect, and tells', async () => {
    const { node } = await nodeWith({});
    const changes = ['a', 'b'].map((name): Change => {
      return { op: 'put-vhost', record: { name, description: '', tags: [] } };
    });
    const journal = new ImportJournal(node.parameters);
    journal.write({ name: '000000000', changes });
    journal.decide();
    failOnce(node, 'commit', 0, new Error('injected'));
    expect(await finishImport(node)).toEqual(['failed: injected']);
    expect(Array.from(node.vhosts, ({ name }) => name)).toEqual(['/', 'b']);
    expect(node.parameters.of(IMPORT_JOURNAL, '').size).toBe(0);
  });

  test('is there whole or not at all after a kill at any moment', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(definitionsArbitrary(), definitionsArbitrary(), async (before, document) => {
      const clock = new SteppingClock();
      const it = await nodeWith(before, clock);
      const was = stored(it.node);
      const states: RecoveredState[] = [];
      clock.isStepping = true;
      const soon = vi.spyOn(clock, 'soon').mockImplementation((callback) => {
        setImmediate(() => {
          states.push(structuredClone(it.store.recover()));
          callback();
        });
      });
      await importDefinitions(it.node, document);
      await new Promise<void>((resolve) => it.store.afterCommit(resolve));
      soon.mockRestore();
      states.push(it.store.recover());
      const is = stored(it.node);
      for (const state of states) {
        const node = await startedWith(state);
        const isDone = state.parameters.some(
          ({ component, name }) => component === IMPORT_JOURNAL && name === 'decided',
        );
        const isOver = state === states.at(-1);
        seen.add(isDone ? 'decided' : isOver ? 'over' : 'open');
        const now = stored(node);
        if (isDone || isOver) expect(now).toEqual(is);
        else expect([was, is]).toContainEqual(now);
        expect(node.parameters.of(IMPORT_JOURNAL, '').size).toBe(0);
      }
    });
    await fc.assert(property, { numRuns: 15 });
    expect([...seen].sort()).toEqual(['decided', 'open', 'over']);
  });

  test('lets others have their turns, and leaves what they did meanwhile', async () => {
    const clock = new SteppingClock();
    const it = await nodeWith({}, clock);
    it.node.putVhost({ name: 'other', description: '', tags: [], defaultQueueType: undefined });
    clock.isStepping = true;
    const names = Array.from({ length: 50 }, (_, n) => `q${n}`);
    const importing = importDefinitions(it.node, {
      queues: names.flatMap((name) => [
        { name, vhost: '/' },
        { name, vhost: 'other' },
      ]),
    });
    while (!it.node.parameters.of(IMPORT_JOURNAL, '').has('decided')) await new Promise(setImmediate);
    const mine = it.vhost.declareQueue({ ...plain, name: 'q49', durable: false });
    it.node.deleteVhost('other');
    const warnings = (await importing).map(({ text }) => text);
    expect(warnings).toContain("queue 'q49' in vhost '/' was declared meanwhile, and stays as it is");
    expect(warnings).toContain("skipped: virtual host 'other' was deleted meanwhile");
    expect(it.vhost.queue('q49')).toBe(mine);
    expect([...it.vhost.queues].length).toBe(50);
    expect(it.node.vhost('other')).toBeUndefined();
  });

  test('passes over a binding whose queue somebody has for his own meanwhile, and tells', async () => {
    const clock = new SteppingClock();
    const it = await nodeWith({}, clock);
    clock.isStepping = true;
    const names = Array.from({ length: 50 }, (_, n) => `q${n}`);
    const importing = importDefinitions(it.node, {
      queues: names.map((name) => ({ name, vhost: '/' })),
      bindings: names.map((destination) => ({
        source: 'amq.fanout',
        vhost: '/',
        destination,
        destination_type: 'queue',
        routing_key: '',
      })),
    });
    while (!it.node.parameters.of(IMPORT_JOURNAL, '').has('decided')) await new Promise(setImmediate);
    it.vhost.declareQueue({ ...plain, name: 'q49', durable: false, owner: {} });
    expect((await importing).map(({ text }) => text)).toEqual([
      expect.stringContaining("'q49' in vhost '/' was declared meanwhile") as string,
      expect.stringMatching(/^skipped: .*exclusive access to locked queue 'q49'/) as string,
    ]);
    const bound = new Set(exportDefinitions(it.node, PRODUCT).bindings!.map(({ destination }) => destination));
    expect([bound.size, bound.has('q49')]).toEqual([49, false]);
  });

  test('waits for the one before it', async () => {
    const clock = new SteppingClock();
    const it = await nodeWith({}, clock);
    clock.isStepping = true;
    const queue = (max: number) => ({ queues: [{ name: 'q', vhost: '/', arguments: { 'x-max-length': max } }] });
    const [first, second] = await Promise.all([
      importDefinitions(it.node, queue(1)),
      importDefinitions(it.node, queue(2)),
    ]);
    expect(first).toEqual([]);
    expect(second).toMatchObject([{ path: '$.queues[0]', text: expect.stringContaining('stays as it is') as string }]);
  });
});
