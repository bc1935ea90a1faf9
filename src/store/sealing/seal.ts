/**
 * What is stored, sealed with AES-256-GCM: unreadable without the key, and bound to its place, so that nothing can be put where something else
 * was. Sealed bytes are the number of the data key (2 bytes, lowest first), a nonce (12), the encrypted bytes, a tag (16).
 */
import type { KeyObject } from 'node:crypto';

/** Where something is stored: what it is, and the numbers or names that it is found by. */
export type Place = readonly (number | string)[];

export interface Seal {
  /** What goes to the disk. The bytes are the caller's again at once. */
  close(place: Place, data: Uint8Array): Uint8Array;
  /** What was given to `close`; undefined if this is not what it returned for the place. */
  open(place: Place, stored: Uint8Array): Buffer<ArrayBuffer> | undefined;
  /** The same for what is stored as text. */
  closeText(place: Place, text: string): string;
  openText(place: Place, stored: string): string | undefined;
}

/** What is wrong with something that `open` does not open. */
export const NOT_OPENED = 'was sealed for another place or with another key';

/** Of a store that is not sealed: bytes are stored as they are. */
export const UNSEALED: Seal = {
  close: (_, data) => data,
  open: (_, stored) => stored as Buffer<ArrayBuffer>,
  closeText: (_, text) => text,
  openText: (_, stored) => stored,
};

/** Of a sealed store whose key is not known: as many bytes as there were, and nobody can say which. It closes nothing. */
export const UNKNOWN: Seal = {
  close: unknownKey,
  open: (_, stored) => stored.subarray(SEAL_BYTES) as Buffer<ArrayBuffer>,
  closeText: unknownKey,
  openText: () => '',
};

function unknownKey(): never {
  throw new Error('the key of the store is not known');
}

export const KEY_BYTES = 32;
export const ALGORITHM = 'aes-256-gcm';
const ID_BYTES = 2;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = ID_BYTES + NONCE_BYTES;
/** What sealed bytes have more than those that were sealed. */
export const SEAL_BYTES = HEAD_BYTES + TAG_BYTES;

/** Loaded by who seals: commands have this file too, and health checks run them every few seconds. */
export const crypto = () => process.getBuiltinModule('node:crypto');

/** What is sealed by one key, and opened by any that there ever was. */
export class Keyring implements Seal {
  readonly #keys = new Map<number, KeyObject>();
  #current = 0;
  readonly #nonces = new Nonces();

  /** `keys`: by their numbers, at least one; the highest is the one to seal by. */
  constructor(keys: ReadonlyMap<number, Uint8Array>) {
    this.add(keys);
  }

  /** Adds keys, of which the highest is the one to seal by from now on. */
  add(keys: ReadonlyMap<number, Uint8Array>): void {
    for (const [id, key] of keys) this.#keys.set(id, crypto().createSecretKey(key));
    this.#current = Math.max(...this.#keys.keys());
  }

  /** The number of the key that is sealed by now. */
  get current(): number {
    return this.#current;
  }

  /** True for what is sealed by that key. */
  isCurrent(stored: Uint8Array | string): boolean {
    const [low, high] = typeof stored === 'string' ? Buffer.from(stored, 'base64') : stored;
    return (low | (high << 8)) === this.#current;
  }

  close(place: Place, data: Uint8Array): Buffer {
    const nonce = this.#nonces.next();
    const cipher = crypto().createCipheriv(ALGORITHM, this.#keys.get(this.#current)!, nonce, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(bytesOf(place));
    const sealed = Buffer.allocUnsafe(data.length + SEAL_BYTES);
    sealed.writeUInt16LE(this.#current);
    sealed.set(nonce, ID_BYTES);
    sealed.set(cipher.update(data), HEAD_BYTES);
    cipher.final();
    sealed.set(cipher.getAuthTag(), HEAD_BYTES + data.length);
    return sealed;
  }

  open(place: Place, stored: Uint8Array): Buffer<ArrayBuffer> | undefined {
    if (stored.length < SEAL_BYTES) return undefined;
    const key = this.#keys.get(stored[0] | (stored[1] << 8));
    if (key === undefined) return undefined;
    const decipher = crypto().createDecipheriv(ALGORITHM, key, stored.subarray(ID_BYTES, HEAD_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(bytesOf(place));
    decipher.setAuthTag(stored.subarray(-TAG_BYTES));
    try {
      const data = decipher.update(stored.subarray(HEAD_BYTES, -TAG_BYTES));
      decipher.final();
      return data;
    } catch {
      return undefined;
    }
  }

  closeText(place: Place, text: string): string {
    return this.close(place, Buffer.from(text)).toString('base64');
  }

  openText(place: Place, stored: string): string | undefined {
    return this.open(place, Buffer.from(stored, 'base64'))?.toString();
  }
}

/**
 * None is ever used twice with a key: 7 bytes by chance for each process and each 2^40 of its own, then 5 that count. Two that are chosen by
 * chance alone would meet too soon: after 2^32 of them GCM's own rules end.
 */
class Nonces {
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #count = 0;

  next(): Buffer {
    if (this.#count % 2 ** 40 === 0) crypto().randomBytes(7).copy(this.#nonce);
    this.#nonce.writeUIntLE(this.#count++ % 2 ** 40, 7, 5);
    return this.#nonce;
  }
}

/** No two places have the same bytes. */
function bytesOf(place: Place): Buffer {
  return Buffer.from(JSON.stringify(place));
}
