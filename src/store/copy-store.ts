/**
 * Copies all that one store holds into another, of whatever engines: by what every store promises, and nothing else. What was written is read back
 * and compared. Numbers of pages and bodies become the other store's own.
 */
import type { Batch } from './batch.ts';
import type { RecoveredLog, RecoveredPage, RecoveredState, SeenHeader, TopologyChange } from './stored-records.ts';
import { type Answer, type Store, StoreError } from './store.ts';

export interface Copied {
  readonly queues: number;
  readonly messages: number;
  /** Of messages, bodies included. */
  readonly bytes: number;
}

/** Bytes of pages, or of a body, in one batch. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_PAGES = 200;

/** All that a store has, but the messages themselves. */
export interface WholeState {
  readonly state: RecoveredState;
  readonly logs: ReadonlyMap<number, RecoveredLog>;
  readonly pages: readonly RecoveredPage[];
}

export async function recoverAll(store: Store): Promise<WholeState> {
  const state = store.recover();
  const ids = new Set([...state.queues.map(({ id }) => id), ...state.logs]);
  const sorted = [...ids].sort((a, b) => a - b);
  const logs = await ask<ReadonlyMap<number, RecoveredLog>>((answer) => store.load(sorted, answer));
  return { state, logs, pages: [...logs.values()].flatMap(({ pages }) => pages) };
}

/**
 * `found`: what `from` has recovered. Resolves when `to` has all of it, committed. Throws StoreError if `to` is not empty, if a row of `from` is damaged, or if something does not come back
 * as it was. `seenHeader`: of keys, by what they are.
 */
export async function copyStore(
  from: Store,
  found: WholeState,
  to: Store,
  seenHeader: (queueId: number, keys: Buffer) => SeenHeader,
): Promise<Copied> {
  const { state, logs, pages: all } = found;
  if (!isEmpty(to.recover())) throw new StoreError('The store to be copied to is not empty: choose a new one.');
  const target = new Target(to);
  for (const change of topologyOf(state)) to.change(change);
  await target.commit((batch) => {
    for (const [id, { delivered, deliveredByPriority = [] }] of logs) {
      if (delivered > 0) batch.delivered(id, 0, delivered);
      for (const [priority, seq] of deliveredByPriority) batch.delivered(id, priority, seq);
    }
  });
  const bodies = new Map<number, number>();
  let bytes = 0;
  for (const [id, size] of state.bodies) {
    // Of which there is only a beginning nothing refers to.
    if (size === 0 && !isReferredTo(id, all)) continue;
    bodies.set(id, await copyBody(from, target, id));
    bytes += size;
  }
  for (const pages of fullBatches(all)) bytes += await copyPages(from, target, pages, bodies);
  for (const { id } of state.queues) await copySeen(from, target, id, seenHeader);
  const messages = all.reduce((sum, { count, settled }) => sum + count - bitsOf(settled), 0);
  return { queues: state.queues.length, messages, bytes };
}

/** What is copied to: one batch at a time, until another node has it. */
class Target {
  readonly store: Store;
  #fenced: StoreError | undefined;
  #lost: (reason: StoreError) => void = () => undefined;

  constructor(store: Store) {
    this.store = store;
    store.onFenced((reason) => this.#lost((this.#fenced = new StoreError(reason))));
  }

  commit(write: (batch: Batch) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#lost = reject;
      if (this.#fenced === undefined) this.store.schedule({ collect: write, committed: resolve }, true);
      else reject(this.#fenced);
    });
  }
}

/** Throws StoreError unless both have the same, but for the numbers of pages and bodies. */
export function compareStates(from: WholeState, to: WholeState): void {
  for (const kind of ['vhosts', 'exchanges', 'queues', 'bindings', 'users', 'permissions', 'parameters'] as const) {
    compareRows(kind, from.state[kind], to.state[kind]);
  }
  compareRows('pages', from.pages, to.pages);
  const reached = ({ logs }: WholeState): object[] => {
    return Array.from(logs, ([id, { delivered, deliveredByPriority }]) => ({ id, delivered, deliveredByPriority }));
  };
  compareRows('deliveries', reached(from), reached(to));
}

function compareRows(what: string, from: readonly object[], to: readonly object[]): void {
  const [before, after] = [from, to].map((rows) => rows.map(describe).sort());
  const different = before.find((row, n) => row !== after[n]);
  if (different === undefined && before.length === after.length) return;
  throw new StoreError(`The copy is not what was copied: its ${what} differ, at ${different ?? 'the last'}.`);
}

function describe(row: object): string {
  // Numbers of queues are kept; those of pages and bodies are not.
  const own = 'first' in row ? { ...row, id: 0, bodies: 0 } : row;
  return JSON.stringify(
    Object.entries(own)
      .map(([name, value]) => [name, plain(value)])
      .sort(),
  );
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].sort();
  return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value;
}

function isEmpty({ vhosts, users, queues, logs }: RecoveredState): boolean {
  return [vhosts, users, queues, logs].every(({ length }) => length === 0);
}

function* topologyOf(state: RecoveredState): Iterable<TopologyChange> {
  for (const record of state.vhosts) yield { op: 'put-vhost', record };
  for (const record of state.users) yield { op: 'put-user', record };
  for (const record of state.permissions) yield { op: 'put-permission', record };
  for (const record of state.parameters) yield { op: 'put-parameter', record };
  for (const record of state.exchanges) yield { op: 'put-exchange', record };
  for (const record of state.queues) yield { op: 'put-queue', record };
  for (const record of state.bindings) yield { op: 'put-binding', record };
}

async function copyBody(from: Store, target: Target, id: number): Promise<number> {
  const body = await ask<Buffer>((answer) => from.readBody(id, answer));
  const own = target.store.nextBodyId();
  let at = 0;
  for (; at + BATCH_BYTES < body.length; at += BATCH_BYTES) {
    await target.commit((batch) => batch.bodyPart(own, at, body.subarray(at, at + BATCH_BYTES)));
  }
  await target.commit((batch) => batch.body(own, body.subarray(at), body.length));
  const back = await ask<Buffer>((answer) => target.store.readBody(own, answer));
  if (!back.equals(body)) throw differs(`body ${id}`);
  return own;
}

/** Returns the bytes of their data. */
async function copyPages(
  from: Store,
  target: Target,
  pages: readonly RecoveredPage[],
  bodies: ReadonlyMap<number, number>,
): Promise<number> {
  const data = await ask<Buffer[]>((answer) =>
    from.readPages(
      pages.map(({ id }) => id),
      answer,
    ),
  );
  const own = pages.map(() => target.store.nextPageId());
  await target.commit((batch) => {
    for (const [n, { settled, redelivered, bytes, ...header }] of pages.entries()) {
      // Pairs: a message's position, and its body.
      const moved = header.bodies?.map((value, at) => (at % 2 === 0 ? value : bodies.get(value)!));
      batch.page({ ...header, id: own[n], ...(moved && { bodies: moved }) }, bytes).set(data[n]);
      if (settled !== undefined) batch.settle(own[n], settled);
      if (redelivered !== undefined) batch.redelivered(own[n], redelivered);
    }
  });
  const back = await ask<Buffer[]>((answer) => target.store.readPages(own, answer));
  const different = pages.find((_, n) => !back[n].equals(data[n]));
  if (different !== undefined) throw differs(`page ${different.id}`);
  return data.reduce((sum, { length }) => sum + length, 0);
}

async function copySeen(
  from: Store,
  target: Target,
  queueId: number,
  seenHeader: (queueId: number, keys: Buffer) => SeenHeader,
): Promise<void> {
  const keys = await ask<Buffer[]>((answer) => from.readSeen(queueId, answer));
  if (keys.length === 0) return;
  await target.commit((batch) => {
    for (const own of keys) batch.seen(seenHeader(queueId, own), own.length).set(own);
  });
  const back = await ask<Buffer[]>((answer) => target.store.readSeen(queueId, answer));
  if (!Buffer.concat(back).equals(Buffer.concat(keys))) throw differs(`what queue ${queueId} has seen`);
}

/** As many pages as go into a batch, at a time. */
function* fullBatches(pages: readonly RecoveredPage[]): Iterable<readonly RecoveredPage[]> {
  let group: RecoveredPage[] = [];
  let bytes = 0;
  for (const page of pages) {
    if (group.length === BATCH_PAGES || (bytes > 0 && bytes + page.bytes > BATCH_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(page);
    bytes += page.bytes;
  }
  if (group.length > 0) yield group;
}

function isReferredTo(body: number, pages: readonly RecoveredPage[]): boolean {
  return pages.some(({ bodies }) => bodies?.some((value, at) => at % 2 === 1 && value === body));
}

function bitsOf(bitmap: Uint8Array | undefined): number {
  let bits = 0;
  for (let octet of bitmap ?? []) for (; octet > 0; octet &= octet - 1) bits++;
  return bits;
}

function ask<Value>(read: (answer: Answer<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    read((answer) => (answer instanceof StoreError ? reject(answer) : resolve(answer)));
  });
}

function differs(what: string): StoreError {
  return new StoreError(`The copy is not what was copied: ${what} came back otherwise.`);
}
