/** Turns what went wrong into the lines a person reads and the exit code a script reads. */
import { ConfigError } from '../config/config-error.ts';
import { ListenError } from '../embed/listen-error.ts';
import { StoreError } from '../store/store.ts';
import { EXIT } from './exit-codes.ts';

export interface Failure {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A broker that does not answer as one. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) {
    return { lines: [`${error.message}; see leveret --help`], exitCode: EXIT.usage };
  }
  if (error instanceof ConfigError) {
    const ours = error.problems.some(({ source }) => source === 'command line');
    return { lines: error.problems.map(({ text }) => text), exitCode: ours ? EXIT.usage : EXIT.config };
  }
  if (error instanceof StoreError) return { lines: [error.message], exitCode: EXIT.store };
  if (error instanceof UnavailableError) return { lines: [error.message], exitCode: EXIT.unavailable };
  if (error instanceof ListenError) {
    const hint = error.option === undefined ? '' : ` with --${error.option}`;
    return { lines: [`${error.message}${hint}`], exitCode: EXIT.unavailable };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`unexpected error, please report it: ${detail}`], exitCode: EXIT.software };
}
