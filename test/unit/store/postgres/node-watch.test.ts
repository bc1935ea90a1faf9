/** Which nodes wait, by rows that move and rows that stand still. */
import { expect, it } from 'vitest';
import { NodeWatch } from '../../../../src/store/postgres/node-watch.ts';
import type { NodeRow } from '../../../../src/store/postgres/nodes.ts';
import type { Forgetting } from '../../../../src/store/other-nodes.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const turns = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

class Database {
  readonly clock = new HandClock();
  readonly watch: NodeWatch;
  looks = 0;
  answers = true;
  readonly removals: string[] = [];
  readonly gone = new Set<string>();
  /** Their rows move with time. */
  alive = new Set(['two', 'three']);
  readonly #pulse = { two: 0, three: 0 };

  constructor() {
    this.watch = new NodeWatch({
      clock: this.clock,
      leaseMs: 1000,
      read: () => this.#read(),
      remove: (row) => this.#remove(row),
    });
  }

  /** Asks, and lets time pass until there is an answer. */
  async ask(): Promise<[name: string, waits: boolean][]> {
    return (await this.#answered(this.watch.list())).map(({ name, waits }) => [name, waits]);
  }

  forget(name: string): Promise<Forgetting> {
    return this.#answered(this.watch.forget(name));
  }

  async #answered<Value>(asked: Promise<Value>): Promise<Value> {
    let answer: { readonly value: Value } | undefined;
    void asked.then((value) => (answer = { value }));
    for (;;) {
      await turns();
      if (answer !== undefined) return answer.value;
      this.pass(100);
    }
  }

  pass(ms: number): void {
    for (const name of ['two', 'three'] as const) if (this.alive.has(name)) this.#pulse[name] += ms / 100;
    this.clock.pass(ms);
  }

  #remove({ name, pulse }: Pick<NodeRow, 'name' | 'pulse'>): Promise<void> {
    this.removals.push(`${name} ${pulse}`);
    return this.removals.length === 1
      ? Promise.reject(new Error('the session ended'))
      : Promise.resolve(void this.gone.add(name));
  }

  #read(): Promise<NodeRow[]> {
    this.looks++;
    if (!this.answers) return new Promise(() => undefined);
    const row = (name: string, pulse: number, active = false, alive = true): NodeRow => {
      return { name, active, alive, version: '1', since: 0, pulse: String(pulse) };
    };
    const { two, three } = this.#pulse;
    const rows = [row('one', 0, true), row('two', two), row('three', three), row('old', 0, false, false)];
    return Promise.resolve(rows.filter(({ name }) => !this.gone.has(name)));
  }
}

it('tells those that wait from those that were killed and those that have ended', async () => {
  const database = new Database();
  database.alive.delete('three');
  const begun = database.clock.elapsed();
  expect(await database.ask()).toEqual([
    ['two', true],
    ['three', false],
    ['old', false],
  ]);
  expect(database.clock.elapsed() - begun).toBe(1000);
  // What stood still needs no waiting, and what was seen a moment ago neither.
  database.pass(100);
  database.looks = 0;
  expect(await database.ask()).toMatchObject([
    ['two', true],
    ['three', false],
    ['old', false],
  ]);
  expect(database.looks).toBe(1);
});

it('does not take a node for one that waits that was killed since somebody asked', async () => {
  const database = new Database();
  await database.ask();
  database.pass(500);
  database.alive.clear();
  database.pass(60_000);
  expect(await database.ask()).toMatchObject([
    ['two', false],
    ['three', false],
    ['old', false],
  ]);
});

it('takes nobody for killed because the database or this machine stood still', async () => {
  const database = new Database();
  const asked = database.watch.list();
  await turns();
  // No row moves meanwhile.
  database.clock.stand(5000);
  await asked;
  expect(await database.ask()).toEqual([
    ['two', true],
    ['three', true],
    ['old', false],
  ]);
});

it('says what it knew while the database does not answer', async () => {
  const database = new Database();
  const known = await database.ask();
  database.answers = false;
  expect(await database.ask()).toEqual(known);
});

it('forgets who has ended as it was seen, asks again if the answer is lost, and forgets nobody who lives', async () => {
  const database = new Database();
  database.alive.delete('three');
  expect(await database.forget('two')).toBe('runs');
  expect(await database.forget('four')).toBe('unknown');
  expect(database.removals).toEqual([]);
  expect(await database.forget('three')).toBe('forgotten');
  expect(database.removals).toEqual(['three 0', 'three 0']);
  expect(await database.ask()).toEqual([
    ['two', true],
    ['old', false],
  ]);
});
