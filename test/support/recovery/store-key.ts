/** The key of a sealed store, and its change while a broker runs. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { STORE_KEY } from '../../../src/util/control-socket.ts';
import { temporaryFile } from '../temporary-folder.ts';
import { askDaemon } from './control.ts';

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
    await askDaemon(folder, 'PUT', STORE_KEY, next.toString('base64'));
    this.bytes = next;
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#file, this.bytes.toString('base64'));
  }
}

/** Rows that are still sealed by earlier keys. */
export async function rowsLeft(folder: string): Promise<number> {
  return (JSON.parse(await askDaemon(folder, 'GET', STORE_KEY)) as { readonly left: number }).left;
}
