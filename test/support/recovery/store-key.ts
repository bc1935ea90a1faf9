/** The key of a sealed store, and its change while a broker runs. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { socketPlace } from '../../../src/cli/commands/socket-place.ts';
import { controlSocketAddress, STORE_KEY } from '../../../src/util/control-socket.ts';
import { temporaryFile } from '../temporary-folder.ts';

export class StoreKey {
  readonly #file = temporaryFile('key', '');
  bytes = randomBytes(32);

  constructor() {
    this.#write();
  }

  /** As the setting `storeKey` has it. */
  get source(): string {
    return `file:${this.#file}`;
  }

  /** Has the broker of a folder take another one, which is the one from then on. */
  async change(folder: string): Promise<void> {
    const next = randomBytes(32);
    const { status, text } = await ask(folder, 'PUT', next.toString('base64'));
    if (status !== 204) throw new Error(text);
    this.bytes = next;
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#file, this.bytes.toString('base64'));
  }
}

/** Rows that are still sealed by earlier keys. */
export async function rowsLeft(folder: string): Promise<number> {
  return (JSON.parse((await ask(folder, 'GET', '')).text) as { readonly left: number }).left;
}

async function ask(folder: string, method: 'GET' | 'PUT', body: string) {
  const address = controlSocketAddress(folder);
  try {
    return await socketPlace(address.path).exchange({ method, path: STORE_KEY, headers: {}, body }, undefined);
  } finally {
    address.release();
  }
}
