/**
 * A file for what memory has no room for and no restart needs: it has no name once it is open, so nothing of it is left when the
 * process ends, however that ends. Space is handed out in blocks; a freed block is used again.
 */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newBuffer } from '../util/bytes.ts';
import { BlockCipher, type BlockTag } from './sealing/block-cipher.ts';
import { StoreError } from './store.ts';

/** Where in the file something lies. */
export interface ScratchPlace {
  readonly bytes: number;
  readonly blocks: readonly number[];
  /** What each block is opened by, if the file is sealed; else empty. */
  readonly tags: readonly BlockTag[];
}

const BLOCK_BYTES = 65536;

export class Scratch {
  readonly #file: number;
  readonly #free: number[] = [];
  /** Blocks that the file has. */
  #blocks = 0;
  readonly #cipher: BlockCipher | undefined;

  /** Throws the system's error if the file cannot be made in `folder`. `sealed`: with a key that nobody else has, and that ends with this. */
  constructor(folder: string, sealed = false) {
    this.#cipher = sealed ? new BlockCipher(BLOCK_BYTES) : undefined;
    const path = join(folder, 'leveret.scratch');
    this.#file = openSync(path, 'w+', 0o600);
    unlinkSync(path);
  }

  /** Throws the system's error, ENOSPC for one; nothing is kept then. */
  write(data: Buffer): ScratchPlace {
    const count = Math.ceil(data.length / BLOCK_BYTES);
    const blocks: number[] = [];
    while (blocks.length < count) blocks.push(this.#free.pop() ?? this.#blocks++);
    const { sealed, tags } = this.#cipher?.seal(data) ?? { sealed: data, tags: [] };
    const place = { bytes: data.length, blocks, tags };
    try {
      this.#transfer(place, sealed, writeSync);
    } catch (error) {
      this.free(place);
      throw error;
    }
    return place;
  }

  read(place: ScratchPlace): Buffer<ArrayBuffer> {
    const data = newBuffer(place.bytes);
    this.#transfer(place, data, readSync);
    this.#cipher?.open(data, place.tags);
    return data;
  }

  /** Part of what was written; `from` is a multiple of 64 KiB. */
  readPart({ blocks, tags }: ScratchPlace, from: number, to: number): Buffer {
    const [first, end] = [from / BLOCK_BYTES, Math.ceil(to / BLOCK_BYTES)];
    return this.read({ bytes: to - from, blocks: blocks.slice(first, end), tags: tags.slice(first, end) });
  }

  free({ blocks }: ScratchPlace): void {
    for (const block of blocks) this.#free.push(block);
    if (this.#free.length < this.#blocks) return;
    // Nothing is in use: the space goes back to the file system.
    ftruncateSync(this.#file);
    this.#free.length = this.#blocks = 0;
  }

  close(): void {
    closeSync(this.#file);
  }

  #transfer(
    { blocks }: ScratchPlace,
    data: Buffer,
    move: (file: number, data: Buffer, offset: number, length: number, position: number) => number,
  ): void {
    for (const [i, block] of blocks.entries()) {
      const from = i * BLOCK_BYTES;
      const to = Math.min(data.length, from + BLOCK_BYTES);
      for (let at = from; at < to;) {
        const moved = move(this.#file, data, at, to - at, block * BLOCK_BYTES + at - from);
        if (moved === 0) throw new StoreError('the scratch file is shorter than what was written to it');
        at += moved;
      }
    }
  }
}
