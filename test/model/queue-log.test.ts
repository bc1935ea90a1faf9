/**
 * Logs over a real store do what a list of objects does: after any publishes, deliveries, settlements, requeues, purges,
 * deletions, commits and restarts, both show the same messages in the same order with the same flags.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Message } from '../../src/broker/message/message.ts';
import { messageOf } from '../support/recovery/messages.ts';
import type { LogWaiter } from '../../src/broker/log/log-waiter.ts';
import { NOT_YET } from '../../src/broker/log/message-log.ts';
import { turn } from '../contract/store.support.ts';
import { bodyOf, type Entry, QueueModel } from './queue-log.model.ts';
import { Logs } from './queue-log.real.ts';

/** Which messages of a run a step is about: every n-th of the first so many. */
interface Choice {
  readonly of: number;
  readonly every: number;
}

type Step =
  | { readonly op: 'publish'; readonly to: 'first' | 'second' | 'both'; readonly run: Run }
  | { readonly op: 'take' | 'requeue' | 'settle' | 'get'; readonly queue: number; readonly choice: Choice }
  | { readonly op: 'purge' | 'delete'; readonly queue: number }
  | { readonly op: 'evict'; readonly queue: number; readonly toScratch: boolean }
  | { readonly op: 'turn' | 'commit' | 'restart' };

interface Run {
  readonly count: number;
  readonly bytes: number;
  /** Every n-th message is transient; 0: none, 1: all. */
  readonly transient: number;
  readonly confirm: boolean;
}

/** Small ones, some past where two queues share a body, some past where a body is always kept apart; and whole segments. */
const run: fc.Arbitrary<Run> = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.nat(40), fc.nat(64)) },
      { weight: 2, arbitrary: fc.tuple(fc.nat(8), fc.integer({ min: 4000, max: 9000 })) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(3), fc.integer({ min: 60_000, max: 300_000 })) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 3000, max: 9000 }), fc.nat(16)) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 15, max: 100 }), fc.constant(60_000)) },
    ),
    fc.constantFrom(0, 0, 0, 1, 2, 3),
    fc.boolean(),
  )
  .map(([[count, bytes], transient, confirm]) => ({ count, bytes, transient, confirm }));

const queue = fc.nat(1);
const choice: fc.Arbitrary<Choice> = fc.record({
  of: fc.oneof(fc.nat(10), fc.nat(12_000)),
  every: fc.constantFrom(1, 1, 2, 3, 17),
});
// What comes back is to be delivered again, and what is left after that to be seen after a restart.
const settlement = fc.constantFrom('take', 'take', 'take', 'requeue', 'requeue', 'settle', 'get');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('publish'), to: fc.constantFrom('first', 'second', 'both'), run }),
  },
  { weight: 15, arbitrary: fc.record({ op: settlement, queue, choice }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('purge', 'purge', 'delete'), queue }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('evict'), queue, toScratch: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constantFrom('turn', 'turn', 'commit', 'commit', 'restart') }) },
);

/** Asks again each turn until a body is here. */
const ASKS_AGAIN: LogWaiter = {
  loaded: () => undefined,
  unreadable: (reason) => {
    throw reason;
  },
};

class Comparison {
  logs: Logs;
  readonly queues: QueueModel[];
  /** What a publisher heard that it should not have. */
  readonly wrong: string[] = [];
  readonly #view = new Message();
  /** Messages that a publisher waits for, by its number. */
  readonly #waiting = new Map<number, readonly [QueueModel, Entry]>();
  #nextId = 1;
  #nextNumber = 1;

  constructor(logs: Logs) {
    this.logs = logs;
    this.queues = [new QueueModel(logs.declare()), new QueueModel(logs.declare())];
  }

  async apply(step: Step): Promise<void> {
    switch (step.op) {
      case 'publish': {
        const to = this.queues.filter((_, n) => step.to === 'both' || (step.to === 'first') === (n === 0));
        for (let n = 1; n <= step.run.count; n++) this.#publish(to, step.run, n);
        if (step.run.transient !== 1) for (const model of to) this.logs.log(model.id).flush(step.run.confirm);
        break;
      }
      case 'take':
        for (const entry of this.queues[step.queue].ready.slice(0, step.choice.of)) await this.#take(step.queue, entry);
        break;
      case 'get':
        for (const entry of this.queues[step.queue].ready.slice(0, step.choice.of)) {
          await this.#see(step.queue, entry);
          entry.place = 'settled';
          this.#log(step.queue).settle(entry.seq);
        }
        this.queues[step.queue].settle([]);
        break;
      case 'settle':
        this.#settle(step.queue, chosen(this.queues[step.queue].unacked, step.choice));
        break;
      case 'requeue':
        for (const entry of chosen(this.queues[step.queue].unacked, step.choice)) {
          this.queues[step.queue].requeue(entry);
          this.#log(step.queue).requeue(entry.seq);
        }
        break;
      case 'purge': {
        const { ready } = this.queues[step.queue];
        this.queues[step.queue].settle(ready);
        expect(this.#log(step.queue).purge()).toBe(ready.length);
        break;
      }
      case 'delete': {
        const model = this.queues[step.queue];
        model.settle(model.entries);
        this.logs.delete(model.id);
        this.queues[step.queue] = new QueueModel(this.logs.declare());
        break;
      }
      case 'evict':
        this.logs.evict(this.queues[step.queue].id, step.toScratch);
        break;
      case 'turn':
        await new Promise((resolve) => setImmediate(resolve));
        break;
      case 'commit':
        await this.logs.committed();
        this.#expectAllTold();
        break;
      case 'restart':
        await this.logs.committed();
        this.#expectAllTold();
        this.logs = await this.logs.reopen();
        for (const model of this.queues) model.restart();
        await this.logs.committed();
        this.#expectNothingLeftOver();
        break;
    }
    await this.#compare();
  }

  /** Everything that is left, in order. */
  async drain(): Promise<void> {
    for (const n of [0, 1]) {
      for (const entry of this.queues[n].ready) await this.#take(n, entry);
      expect(this.#log(n).peek()).toBe(-1);
      this.#settle(n, this.queues[n].unacked);
    }
    await this.#compare();
  }

  #log(queue: number): ReturnType<Logs['log']> {
    return this.logs.log(this.queues[queue].id);
  }

  /** As Vhost.publish and Queue.accept do. */
  #publish(to: readonly QueueModel[], { bytes, transient, confirm }: Run, n: number): void {
    const id = this.#nextId++;
    const stored = transient === 0 || n % transient !== 0;
    const message = messageOf({ routingKey: `k${id}`, body: bodyOf({ id, bytes }) });
    this.logs.bodies.share(message, to.length);
    for (const model of to) {
      const log = this.logs.log(model.id);
      const seq = log.append(message, stored);
      if (seq <= (model.entries.at(-1)?.seq ?? -1)) this.wrong.push(`sequence number ${seq} came twice`);
      const number = confirm && stored ? this.#nextNumber++ : 0;
      const shared = message.shared !== undefined;
      const flags = { place: 'ready', delivered: false, redelivered: false, deliveries: 0 } as const;
      const entry = { seq, id, bytes, stored, shared, number, ...flags };
      model.entries.push(entry);
      if (number === 0) continue;
      this.#waiting.set(number, [model, entry]);
      const publisher = { confirmed: (told: number) => this.#told(told), rejected: () => expect.unreachable() };
      log.confirm(seq, publisher, number);
    }
  }

  #told(number: number): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) {
      this.wrong.push(`${number} was confirmed twice`);
      return;
    }
    this.#waiting.delete(number);
    const [{ id }, entry] = waiting;
    if (entry.place === 'settled' || this.logs.onDisk(id, entry.seq)) return;
    this.wrong.push(`${number} was confirmed before it was on disk`);
  }

  /** All is written: no publisher waits, and none has to. */
  #expectAllTold(): void {
    expect([...this.#waiting.keys()]).toEqual([]);
    expect(this.logs.backlog.bytes).toBe(0);
  }

  /** Bodies go with their last reference, pages with their last message. */
  #expectNothingLeftOver(): void {
    const left = this.queues.flatMap(({ entries }) => entries);
    expect(this.logs.rows('body')).toBe(new Set(left.filter(({ shared }) => shared).map(({ id }) => id)).size);
    expect(this.logs.rows('page')).toBeLessThanOrEqual(left.length);
    expect(this.logs.rows('settled')).toBeLessThanOrEqual(this.logs.rows('page'));
  }

  /** The number of the next message, once that is here. */
  async #next(queue: number): Promise<number> {
    for (;;) {
      const seq = this.#log(queue).peek();
      if (seq !== NOT_YET) return seq;
      await turn();
    }
  }

  /** Compares the next message, whole, without taking it. */
  async #see(queue: number, entry: Entry): Promise<void> {
    const log = this.#log(queue);
    const seq = await this.#next(queue);
    while (!log.view(seq, this.#view, ASKS_AGAIN)) await turn();
    const { routingKey, body, bodyStart, bodyEnd } = this.#view;
    const whole = bodyOf(entry).equals(body.subarray(bodyStart, bodyEnd));
    // One cheap assertion: a run sees hundreds of thousands of messages.
    const flags = (redelivered: boolean, deliveries: number) => `redelivered=${redelivered} deliveries=${deliveries}`;
    const seen = `seq ${seq} ${routingKey} whole=${whole} ${flags(log.redelivered(seq), log.deliveries(seq))}`;
    const expected = `seq ${entry.seq} k${entry.id} whole=true ${flags(entry.redelivered, entry.deliveries)}`;
    if (seen !== expected) expect(seen).toBe(expected);
  }

  async #take(queue: number, entry: Entry): Promise<void> {
    await this.#see(queue, entry);
    if (entry.redelivered) this.#log(queue).redeliver(entry.seq);
    this.#log(queue).take(entry.seq);
    this.queues[queue].take(entry);
  }

  #settle(queue: number, entries: readonly Entry[]): void {
    this.queues[queue].settle(entries);
    for (const { seq } of entries) this.#log(queue).settle(seq);
  }

  async #compare(): Promise<void> {
    for (const [n, model] of this.queues.entries()) {
      const log = this.#log(n);
      const shown = { ready: log.ready, unacked: log.unacked, next: await this.#next(n) };
      const { ready, unacked } = model;
      expect(shown).toEqual({ ready: ready.length, unacked: unacked.length, next: ready[0]?.seq ?? -1 });
    }
    expect(this.wrong).toEqual([]);
  }
}

function chosen(entries: readonly Entry[], { of, every }: Choice): Entry[] {
  return entries.slice(0, of).filter((_, n) => n % every === 0);
}

const RUNS = Number(process.env['LEVERET_MODEL_RUNS'] ?? 6);
const SEED = Number(process.env['LEVERET_MODEL_SEED'] ?? 20240918);

test.each([
  ['whatever is done to them', undefined],
  ['whatever is done to them, if the store answers later', SEED],
])('logs over a store hold what lists hold, %s', { timeout: RUNS * 40_000 }, async (_, lateness) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'leveret-model-'));
      const compared = new Comparison(await Logs.open(folder, lateness));
      try {
        for (const next of steps) await compared.apply(next);
        if (steps.length % 2 === 0) {
          await compared.apply({ op: 'restart' });
          await compared.drain();
        }
        await compared.apply({ op: 'delete', queue: 0 });
        await compared.apply({ op: 'delete', queue: 1 });
        // Without messages nothing is left in memory, nor in the file.
        expect(compared.logs.memory.bytes).toBe(0);
        await compared.apply({ op: 'restart' });
      } finally {
        await compared.logs.close();
        rmSync(folder, { recursive: true });
      }
    }),
    // Shrinking a failure takes long: it ends in time to be told.
    { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: RUNS * 30_000, markInterruptAsFailure: true },
  );
});
