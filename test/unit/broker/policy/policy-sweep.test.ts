/** What a change of policies does to queues and exchanges that are there: to those it may be for, in time slices, and right in the end. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Policy, PolicyKind } from '../../../../src/broker/policy/policy.ts';
import { Queue } from '../../../../src/broker/queue/queue.ts';
import { readSettings } from '../../../../src/broker/queue/queue-settings.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { BusyClock, nextTurn } from '../../../support/busy-clock.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

/** Both settings are the same number: a queue that has one of a policy and one of another was not changed whole. */
const limited = (pattern: string, limit: number, more: Partial<Policy> = {}): Policy => ({
  name: 'p',
  pattern,
  priority: 0,
  applyTo: 'queues',
  definition: { 'max-length': limit, 'message-ttl': limit },
  ...more,
});

function declare(vhost: Vhost, name: string): Queue {
  const options = { name, durable: false, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE };
  return vhost.declareQueue(options) as Queue;
}

function declareExchange(vhost: Vhost, name: string): void {
  const options = { name, type: 'fanout', durable: false, autoDelete: false, internal: false };
  vhost.declareExchange({ ...options, arguments: EMPTY_TABLE });
}

const applied = (vhost: Vhost): Promise<void> => new Promise((resolve) => vhost.policies.whenApplied(resolve));

describe('a change of policies', () => {
  afterEach(() => vi.restoreAllMocks());

  test('touches the queues that a policy matches, or matched before, and no others', () => {
    const { vhost } = nodeInMemory(new HandClock());
    for (let i = 0; i < 50; i++) declare(vhost, `a${i}`);
    for (let i = 0; i < 50; i++) declare(vhost, `b${i}`);
    const touched = vi.spyOn(Queue.prototype, 'applySettings');
    const touchedBy = (change: () => void): number => {
      touched.mockClear();
      change();
      return touched.mock.calls.length;
    };
    expect(touchedBy(() => vhost.policies.put('policy', limited('^nothing', 1)))).toBe(0);
    expect(touchedBy(() => vhost.policies.put('policy', limited('^a', 1)))).toBe(50);
    expect(touchedBy(() => vhost.policies.put('policy', limited('^a', 1)))).toBe(0);
    expect(touchedBy(() => vhost.policies.put('policy', limited('^a1$', 1)))).toBe(50);
    expect(touchedBy(() => vhost.policies.put('operator_policy', limited('^b1$', 1)))).toBe(1);
    expect(touchedBy(() => vhost.policies.delete('policy', 'p'))).toBe(1);
    expect(touchedBy(() => vhost.policies.delete('policy', 'p'))).toBe(0);
  });

  test('leaves others their turns, and what is declared meanwhile goes by it from the start', async () => {
    // A look at the clock for each queue: a turn has time for fifty.
    const { vhost } = nodeInMemory(new BusyClock(() => 0.1));
    const queues = Array.from({ length: 1000 }, (_, i) => declare(vhost, `q${i}`));
    await nextTurn();
    const done = (): number => queues.filter(({ settings }) => settings.maxLength === 5).length;
    vhost.policies.put('policy', limited('.*', 5));
    let before = 0;
    let turns = 0;
    while (done() < queues.length) {
      expect(done() - before).toBeLessThanOrEqual(60);
      before = done();
      expect(declare(vhost, `new${turns++}`).settings.maxLength).toBe(5);
      await nextTurn();
    }
    expect(turns).toBeGreaterThan(10);
    await applied(vhost);
  });

  test('goes on with the others when one queue cannot take it', async () => {
    const { vhost, node } = nodeInMemory(new HandClock());
    const [first, second, third] = ['a', 'b', 'c'].map((name) => declare(vhost, name));
    const faults: unknown[] = [];
    node.fault = (error) => void faults.push(error);
    vi.spyOn(second, 'applySettings').mockImplementation(() => {
      throw new Error('injected');
    });
    vhost.policies.put('policy', limited('.*', 5));
    await applied(vhost);
    expect([first, third].map(({ settings }) => settings.maxLength)).toEqual([5, 5]);
    expect(faults).toEqual([new Error('injected')]);
  });

  test('is told to those who wait for it, even if the broker stops before', async () => {
    const { vhost, node } = nodeInMemory(new BusyClock(() => 1));
    for (let i = 0; i < 100; i++) declare(vhost, `q${i}`);
    await nextTurn();
    let told = 0;
    vhost.policies.put('policy', limited('.*', 5));
    vhost.policies.whenApplied(() => told++);
    expect(told).toBe(0);
    node.stop();
    expect(told).toBe(1);
  });
});

const names = Array.from({ length: 12 }, (_, i) => `${'abc'[i % 3]}${i}`);
const kind = fc.constantFrom<PolicyKind>('policy', 'operator_policy');
const policyName = fc.constantFrom('p1', 'p2', 'p3');

type Step =
  | { readonly op: 'put'; readonly kind: PolicyKind; readonly policy: Policy }
  | { readonly op: 'clear'; readonly kind: PolicyKind; readonly name: string }
  | { readonly op: 'declare' | 'delete'; readonly name: string }
  | { readonly op: 'turn' };

const policy = fc
  .record({
    name: policyName,
    pattern: fc.constantFrom('^a', '^b', '.', '1', '^nothing'),
    limit: fc.integer({ min: 1, max: 9 }),
    priority: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ pattern, limit, ...more }) => limited(pattern, limit, more));
const alternate = fc
  .record({ name: policyName, pattern: fc.constantFrom('^a', '^b', '.'), to: fc.constantFrom('x', 'y') })
  .map(({ name, pattern, to }) =>
    limited(pattern, 1, { name, applyTo: 'exchanges', definition: { 'alternate-exchange': to } }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('put'), kind, policy }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('put'), kind: fc.constant('policy'), policy: alternate }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear'), kind, name: policyName }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('declare', 'delete'), name: fc.constantFrom(...names) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('turn') }) },
);

function perform(vhost: Vhost, it: Exclude<Step, { op: 'turn' }>): void {
  if (it.op === 'put') vhost.policies.put(it.kind, it.policy);
  else if (it.op === 'clear') vhost.policies.delete(it.kind, it.name);
  else if (it.op === 'declare') declare(vhost, it.name);
  else if (vhost.queue(it.name) !== undefined) vhost.deleteQueue(vhost.queue(it.name)!);
}

function newVhost(clock: HandClock): Vhost {
  const { vhost } = nodeInMemory(clock);
  for (const name of names) {
    declare(vhost, name);
    declareExchange(vhost, name);
  }
  return vhost;
}

/** What queues and exchanges go by. */
function settingsOf({ queues, exchanges }: Vhost) {
  return {
    queues: new Map(Array.from(queues, (queue) => [queue.name, (queue as Queue).settings])),
    exchanges: new Map(Array.from(exchanges, ({ name, alternate }) => [name, alternate])),
  };
}

test('any changes in any time slices come to what they come to at once', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 25 }),
    fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 1, maxLength: 20 }),
    async (steps, ticks) => {
      let looks = 0;
      const sliced = newVhost(new BusyClock(() => ticks[looks++ % ticks.length] + 0.01));
      const atOnce = newVhost(new HandClock());
      for (const it of steps) {
        if (it.op === 'turn') await nextTurn();
        else for (const vhost of [sliced, atOnce]) perform(vhost, it);
        for (const queue of sliced.queues) {
          const { maxLength, messageTtl } = (queue as Queue).settings;
          expect(maxLength).toBe(messageTtl);
        }
      }
      await applied(sliced);
      expect(settingsOf(sliced)).toEqual(settingsOf(atOnce));
      for (const queue of atOnce.queues) {
        expect((queue as Queue).settings).toEqual(readSettings(atOnce.policies.effectiveSettings(queue)));
      }
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
