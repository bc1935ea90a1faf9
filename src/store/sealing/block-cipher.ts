/** Seals blocks of a file that lasts as long as this process: with a key of its own, and what opens each block in memory. */
import { ALGORITHM, crypto, KEY_BYTES, NONCE_BYTES } from './seal.ts';

/** What one block is opened by: its nonce and its tag. */
export type BlockTag = Buffer;

export class BlockCipher {
  readonly #key = crypto().createSecretKey(crypto().randomBytes(KEY_BYTES));
  readonly #blockBytes: number;
  #nonces = 0;

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  /** As many bytes as `data`, and a tag for each of its blocks. */
  seal(data: Uint8Array): { readonly sealed: Buffer; readonly tags: BlockTag[] } {
    const sealed = Buffer.allocUnsafeSlow(data.length);
    const tags: BlockTag[] = [];
    for (let from = 0; from < data.length; from += this.#blockBytes) {
      const nonce = Buffer.alloc(NONCE_BYTES);
      nonce.writeUIntLE(this.#nonces++, 0, 6);
      const cipher = crypto().createCipheriv(ALGORITHM, this.#key, nonce);
      sealed.set(cipher.update(data.subarray(from, from + this.#blockBytes)), from);
      cipher.final();
      tags.push(Buffer.concat([nonce, cipher.getAuthTag()]));
    }
    return { sealed, tags };
  }

  /** Puts what was sealed in place of `data`, whose first block has the first tag. Throws if it is not what was sealed. */
  open(data: Uint8Array, tags: readonly BlockTag[]): void {
    for (const [index, tag] of tags.entries()) {
      const from = index * this.#blockBytes;
      const decipher = crypto().createDecipheriv(ALGORITHM, this.#key, tag.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(tag.subarray(NONCE_BYTES));
      const block = decipher.update(data.subarray(from, from + this.#blockBytes));
      decipher.final();
      data.set(block, from);
    }
  }
}
