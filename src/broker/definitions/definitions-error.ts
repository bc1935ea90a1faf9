/** Definitions that cannot be imported; nothing of them was. */
import type { Finding } from './json-cursor.ts';

export class DefinitionsError extends Error {
  override readonly name = 'DefinitionsError';
  /** At least one, each with its place. */
  readonly problems: readonly Finding[];

  constructor(problems: readonly Finding[]) {
    super(problems.map(({ path, text }) => `${path}: ${text}`).join('\n'));
    this.problems = problems;
  }
}
