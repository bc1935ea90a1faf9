/** Pages, bitmaps, bodies and keys of the memory store. A batch is a list of what to do, done when the batch commits. */
import type { Batch } from '../../store/batch.ts';
import type { PageHeader, RecoveredLog, RecoveredPage, SeenHeader } from '../../store/stored-records.ts';

interface MemoryPage {
  readonly header: PageHeader;
  readonly data: Buffer;
}

interface Seen {
  readonly newest: number;
  readonly keys: Buffer;
}

export class MemoryPages implements Batch {
  readonly #pages = new Map<number, MemoryPage>();
  readonly #pageIds = new Map<number, Set<number>>();
  readonly #settled = new Map<number, Uint8Array>();
  readonly #redelivered = new Map<number, Float64Array>();
  readonly #bodies = new Map<number, Buffer>();
  /** The beginnings of bodies whose end is still to come. */
  readonly #parts = new Map<number, Buffer[]>();
  /** By queue and priority. */
  readonly #delivered = new Map<number, Map<number, number>>();
  readonly #seen = new Map<number, Seen[]>();
  readonly #isQueue: (id: number) => boolean;
  #batch: (() => void)[] = [];
  /** Nobody waits for memory: batches may be of any size. */
  readonly bytes = 0;

  /** `isQueue`: whether there is such a queue, of which it may be known how far it was delivered. */
  constructor(isQueue: (id: number) => boolean) {
    this.#isQueue = isQueue;
  }

  page(header: PageHeader, bytes: number): Uint8Array {
    const data = Buffer.allocUnsafeSlow(bytes);
    const copy = header.bodies === undefined ? { ...header } : { ...header, bodies: header.bodies.slice() };
    this.#batch.push(() => this.#add({ header: copy, data }));
    return data;
  }

  extendPage({ id, last, count, bodyBytes }: Omit<PageHeader, 'bodies'>, bytes: number): Uint8Array {
    const data = Buffer.allocUnsafeSlow(bytes);
    this.#batch.push(() => {
      const page = this.#pages.get(id)!;
      const header = { ...page.header, last, count: page.header.count + count };
      if (header.bodyBytes !== undefined) header.bodyBytes = bodyBytes && header.bodyBytes + bodyBytes;
      this.#pages.set(id, { header, data: Buffer.concat([page.data, data]) });
    });
    return data;
  }

  settle(pageId: number, bitmap: Uint8Array): void {
    const copy = bitmap.slice();
    this.#batch.push(() => this.#pages.has(pageId) && this.#settled.set(pageId, copy));
  }

  redelivered(pageId: number, messages: Float64Array): void {
    const copy = messages.slice();
    this.#batch.push(() => this.#pages.has(pageId) && this.#redelivered.set(pageId, copy));
  }

  dropPage(pageId: number): void {
    this.#batch.push(() => this.#drop(pageId));
  }

  dropPages(queueId: number): void {
    this.#batch.push(() => this.#dropAll(queueId));
  }

  body(bodyId: number, bytes: Uint8Array): void {
    const end = Buffer.from(bytes);
    this.#batch.push(() => {
      this.#bodies.set(bodyId, Buffer.concat([...(this.#parts.get(bodyId) ?? []), end]));
      this.#parts.delete(bodyId);
    });
  }

  bodyPart(bodyId: number, _start: number, bytes: Uint8Array): void {
    const part = Buffer.from(bytes);
    this.#batch.push(() => {
      const parts = this.#parts.get(bodyId);
      if (parts === undefined) this.#parts.set(bodyId, [part]);
      else parts.push(part);
    });
  }

  dropBody(bodyId: number): void {
    this.#batch.push(() => {
      this.#bodies.delete(bodyId);
      this.#parts.delete(bodyId);
    });
  }

  seen({ queueId, newest }: SeenHeader, bytes: number): Uint8Array {
    const keys = Buffer.allocUnsafeSlow(bytes);
    this.#batch.push(() => {
      const seen = this.#seen.get(queueId);
      if (seen === undefined) this.#seen.set(queueId, [{ newest, keys }]);
      else seen.push({ newest, keys });
    });
    return keys;
  }

  forgetSeen(queueId: number, before: number): void {
    this.#batch.push(() => {
      const kept = this.#seen.get(queueId)?.filter(({ newest }) => newest >= before) ?? [];
      if (kept.length > 0) this.#seen.set(queueId, kept);
      else this.#seen.delete(queueId);
    });
  }

  delivered(queueId: number, priority: number, seq: number): void {
    this.#batch.push(() => {
      if (!this.#isQueue(queueId)) return;
      const deliveredByPriority = this.#delivered.get(queueId);
      if (deliveredByPriority === undefined) this.#delivered.set(queueId, new Map([[priority, seq]]));
      else deliveredByPriority.set(priority, seq);
    });
  }

  /** Commits what was written since the last call. */
  apply(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const step of batch) step();
  }

  /** The queue is gone. */
  removeQueue(queueId: number): void {
    this.#delivered.delete(queueId);
    this.#seen.delete(queueId);
    this.#dropAll(queueId);
  }

  data(pageId: number): Buffer | undefined {
    return this.#pages.get(pageId)?.data;
  }

  seenKeys(queueId: number): Buffer[] {
    return (this.#seen.get(queueId) ?? []).map(({ keys }) => keys);
  }

  bodyData(bodyId: number): Buffer | undefined {
    return this.#bodies.get(bodyId);
  }

  /** Of which there are pages. */
  get logs(): number[] {
    return [...this.#pageIds].flatMap(([queueId, ids]) => (ids.size === 0 ? [] : queueId));
  }

  /** Of bodies of which there is only a beginning it is 0. */
  get bodySizes(): Map<number, number> {
    const beginnings = Array.from(this.#parts.keys(), (id) => [id, 0] as const);
    const bodies = Array.from(this.#bodies, ([id, data]) => [id, data.length] as const);
    return new Map([...beginnings, ...bodies]);
  }

  log(queueId: number): RecoveredLog {
    const pages = Array.from(this.#pageIds.get(queueId) ?? [], (id) => this.#recovered(id));
    pages.sort((a, b) => a.first - b.first || a.id - b.id);
    const deliveredByPriority = new Map(this.#delivered.get(queueId));
    const delivered = deliveredByPriority.get(0) ?? 0;
    deliveredByPriority.delete(0);
    return { pages, delivered, ...(deliveredByPriority.size > 0 && { deliveredByPriority }) };
  }

  #recovered(id: number): RecoveredPage {
    const { header, data } = this.#pages.get(id)!;
    const settled = this.#settled.get(id);
    const redelivered = this.#redelivered.get(id);
    return {
      ...header,
      bytes: data.length,
      ...(settled === undefined ? undefined : { settled }),
      ...(redelivered === undefined ? undefined : { redelivered }),
    };
  }

  #add(page: MemoryPage): void {
    const { id, queueId } = page.header;
    this.#pages.set(id, page);
    const ids = this.#pageIds.get(queueId);
    if (ids === undefined) this.#pageIds.set(queueId, new Set([id]));
    else ids.add(id);
  }

  #drop(pageId: number): void {
    const page = this.#pages.get(pageId);
    if (page === undefined) return;
    this.#pages.delete(pageId);
    this.#settled.delete(pageId);
    this.#redelivered.delete(pageId);
    this.#pageIds.get(page.header.queueId)?.delete(pageId);
  }

  #dropAll(queueId: number): void {
    for (const id of this.#pageIds.get(queueId) ?? []) this.#drop(id);
    this.#pageIds.delete(queueId);
  }
}
