/** Which nodes wait, by rows that move and rows that stand still. */
import { expect, it } from 'vitest';
import { NodeWatch } from '../../../../src/store/postgres/node-watch.ts';
import type { NodeRow } from '../../../../src/store/postgres/nodes.ts';
import type { OtherNode } from '../../../../src/store/other-nodes.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const turns = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

class Database {
  readonly clock = new HandClock();
  readonly watch: NodeWatch;
  looks = 0;
  answers = true;
  /** Their rows move with time. */
  alive = new Set(['two', 'three']);
  readonly #pulse = { two: 0, three: 0 };

  constructor() {
    this.watch = new NodeWatch({ clock: this.clock, leaseMs: 1000, read: () => this.#read() });
  }

  /** Asks, and lets time pass until there is an answer. */
  async ask(): Promise<[name: string, waits: boolean][]> {
    let answer: readonly OtherNode[] | undefined;
    void this.watch.others().then((nodes) => (answer = nodes));
    for (;;) {
      await turns();
      if (answer !== undefined) return answer.map(({ name, waits }) => [name, waits]);
      this.pass(100);
    }
  }

  pass(ms: number): void {
    for (const name of ['two', 'three'] as const) if (this.alive.has(name)) this.#pulse[name] += ms / 100;
    this.clock.pass(ms);
  }

  #read(): Promise<NodeRow[]> {
    this.looks++;
    if (!this.answers) return new Promise(() => undefined);
    const row = (name: string, pulse: number, active = false, alive = true): NodeRow => {
      return { name, active, alive, version: '1', since: 0, pulse: String(pulse) };
    };
    const { two, three } = this.#pulse;
    return Promise.resolve([row('one', 0, true), row('two', two), row('three', three), row('old', 0, false, false)]);
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

it('says what it knew while the database does not answer', async () => {
  const database = new Database();
  const known = await database.ask();
  database.answers = false;
  expect(await database.ask()).toEqual(known);
});
