/** Leveret's own version, from its package.json. */
import { readFileSync } from 'node:fs';

export function leveretVersion(): string {
  // The package by its own name: the same from the sources and from what is built of them.
  const file = new URL(import.meta.resolve('leveret/package.json'));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
