/** A run of different messages, encoded end to end, that a publisher sends round and round. */
import { toFieldTable } from '../../src/codec/field-table.ts';
import type { PropertyChanges } from '../../src/codec/properties.ts';
import { publishFrames } from '../client/frames.ts';
import type { PublisherSpec } from './role.ts';

/** What one write is meant to have, in bytes. */
const WRITE_BYTES = 64 * 1024;
/** A ring holds at least so many bytes, so that it is not cut often. */
const RING_BYTES = 4 * WRITE_BYTES;

/** What every body ends with, so that its consumer knows it. */
export const MARK = 0x4c657672;
export const MARK_BYTES = 4;

export class Messages {
  /** Messages that make about one write. */
  readonly aWrite: number;
  readonly #bytes: Buffer;
  /** Where each message begins; one more at the end. */
  readonly #starts: Uint32Array;
  readonly #bodyAt: number;
  #next = 0;

  constructor(spec: PublisherSpec, frameMax: number) {
    const body = Buffer.alloc(spec.size);
    body.writeUInt32BE(MARK, spec.size - MARK_BYTES);
    const kinds = Math.max(spec.routingKeys.length, spec.headers?.length ?? 0);
    const encoded = Array.from({ length: kinds }, (_, i) => {
      const headers = spec.headers?.[i % spec.headers.length];
      const properties: PropertyChanges = {
        ...(spec.persistent ? { deliveryMode: 2 } : {}),
        ...(headers === undefined ? {} : { headers: toFieldTable(headers) }),
      };
      const routingKey = spec.routingKeys[i % spec.routingKeys.length];
      return publishFrames(1, { exchange: spec.exchange, routingKey, properties, body }, frameMax);
    });
    const round = Buffer.concat(encoded.map(({ bytes }) => bytes));
    const rounds = Math.max(1, Math.ceil(RING_BYTES / round.length));
    this.#bytes = Buffer.concat(Array.from({ length: rounds }, () => round));
    this.#starts = new Uint32Array(kinds * rounds + 1);
    for (let i = 0, at = 0; i < kinds * rounds; i++) this.#starts[i + 1] = at += encoded[i % kinds].bytes.length;
    this.#bodyAt = encoded[0].body;
    this.aWrite = Math.max(1, Math.floor((WRITE_BYTES * kinds) / round.length));
  }

  /** The bytes of the next messages, at most `most` of them, and how many they are. */
  take(most: number): { bytes: Buffer; count: number } {
    const from = this.#next;
    const to = Math.min(from + most, this.#starts.length - 1);
    this.#next = to === this.#starts.length - 1 ? 0 : to;
    return { bytes: this.#bytes.subarray(this.#starts[from], this.#starts[to]), count: to - from };
  }

  /** Copies of the first message, whose bodies are for `fill` to write to. */
  fresh(count: number, fill: (bytes: Buffer, body: number) => void): Buffer {
    const length = this.#starts[1];
    const bytes = Buffer.allocUnsafe(length * count);
    for (let i = 0; i < count; i++) {
      this.#bytes.copy(bytes, i * length, 0, length);
      fill(bytes, i * length + this.#bodyAt);
    }
    return bytes;
  }
}
