/** A batch as an engine writes it: row by row in their order, sealed and with their checksums. What an engine adds is how a row gets there. */
import type { Seal } from '../sealing/seal.ts';
import type { PageHeader, SeenHeader, TopologyChange } from '../stored-records.ts';
import { LENGTH, OP, type Operation } from './batch-buffer.ts';
import { numbersIn, storedBodies } from './page-bodies.ts';
import { bodyChecksum, bodyPartChecksum, ofPageChecksum, pageChecksum, seenChecksum } from './checksum.ts';
import { bodyPartPlace, bodyPlace, pagePlace, seenPlace } from './places.ts';

/** A batch as it reaches the engine. */
export interface WrittenBatch {
  readonly numbers: ArrayBuffer;
  /** Numbers in use. */
  readonly length: number;
  readonly chunks: readonly ArrayBuffer[];
  /** Bytes in use of the chunks. */
  readonly bytes: number;
  /** Written before all else of the batch. */
  readonly changes: readonly TopologyChange[];
}

/** What an engine does with each operation of a batch: Batch says what each means. Bytes are parts of the batch, and go with its memory. */
export interface BatchRows {
  /** `bytes`: of the data, unsealed. `bodies`: see page-bodies.ts. */
  page(header: PageHeader, bytes: number, checksum: number, bodies: Uint8Array | null, data: Uint8Array): void;
  /** `data` is not sealed: see PageExtension. */
  extendPage(added: PageHeader, data: Uint8Array): void;
  settle(pageId: number, checksum: number, bitmap: Uint8Array): void;
  redelivered(pageId: number, checksum: number, messages: Uint8Array): void;
  dropPage(pageId: number): void;
  dropPages(queueId: number): void;
  /** `start`: where in the body of `size` bytes the data begins. */
  body(id: number, size: number, start: number, checksum: number, data: Uint8Array): void;
  bodyPart(bodyId: number, start: number, checksum: number, data: Uint8Array): void;
  dropBody(id: number): void;
  seen(header: SeenHeader, checksum: number, keys: Uint8Array): void;
  forgetSeen(queueId: number, before: number): void;
  delivered(queueId: number, priority: number, seq: number): void;
  reserve(nextPageId: number, nextBodyId: number): void;
}

/** Gives each operation of the batch to `rows`; not its changes. */
export function writeRows({ numbers: memory, length, chunks }: WrittenBatch, seal: Seal, rows: BatchRows): void {
  const numbers = new Float64Array(memory, 0, length);
  /** The place whose three numbers start at n. */
  const place = (n: number) => new Uint8Array(chunks[numbers[n]], numbers[n + 1], numbers[n + 2]);
  for (let n = 0; n < length; n += LENGTH[numbers[n] as Operation]) {
    const first = numbers[n + 1];
    switch (numbers[n]) {
      case OP.page: {
        const header = headerAt(numbers, n);
        const references = numbers[n + 13] === 0 ? undefined : numbersIn(place(n + 11));
        const bodies = storedBodies(header.bodyBytes, references);
        const data = seal.close(pagePlace(header), place(n + 8));
        rows.page(header, numbers[n + 10], pageChecksum(header, bodies, data), bodies, data);
        break;
      }
      case OP.extendPage:
        rows.extendPage(headerAt(numbers, n), place(n + 8));
        break;
      case OP.settle:
      case OP.redelivered: {
        const known = place(n + 2);
        const checksum = ofPageChecksum(first, known);
        if (numbers[n] === OP.settle) rows.settle(first, checksum, known);
        else rows.redelivered(first, checksum, known);
        break;
      }
      case OP.dropPage:
        rows.dropPage(first);
        break;
      case OP.dropPages:
        rows.dropPages(first);
        break;
      case OP.body: {
        const [bytes, size] = numbers.subarray(n + 4, n + 6);
        const data = seal.close(bodyPlace(first, size), place(n + 2));
        rows.body(first, size, size - bytes, bodyChecksum(first, size, data), data);
        break;
      }
      case OP.bodyPart: {
        const start = numbers[n + 5];
        const data = seal.close(bodyPartPlace(first, start), place(n + 2));
        rows.bodyPart(first, start, bodyPartChecksum(first, start, data), data);
        break;
      }
      case OP.dropBody:
        rows.dropBody(first);
        break;
      case OP.delivered:
        rows.delivered(first, numbers[n + 2], numbers[n + 3]);
        break;
      case OP.reserve:
        rows.reserve(first, numbers[n + 2]);
        break;
      case OP.seen: {
        const header = { queueId: first, newest: numbers[n + 2], count: numbers[n + 3] };
        const keys = seal.close(seenPlace(header), place(n + 4));
        rows.seen(header, seenChecksum(header, keys), keys);
        break;
      }
      case OP.forgetSeen:
        rows.forgetSeen(first, numbers[n + 2]);
        break;
      default:
        throw new Error(`operation ${numbers[n]} at ${n} of a batch`);
    }
  }
}

/** The header of a page, or of what is added to one, whose operation is at n. */
function headerAt(numbers: Float64Array, n: number): PageHeader {
  return {
    id: numbers[n + 1],
    queueId: numbers[n + 2],
    base: numbers[n + 3],
    first: numbers[n + 4],
    last: numbers[n + 5],
    count: numbers[n + 6],
    bodyBytes: numbers[n + 7] < 0 ? undefined : numbers[n + 7],
  };
}
