/** Where the stored files are. */
import { fileURLToPath } from 'node:url';

/** A file that a broker of an earlier version left, byte for byte. */
export function storedFile(version: number): string {
  return fileURLToPath(new URL(`./version-${version}.db`, import.meta.url));
}
