/** Turns what went wrong into the lines a person reads and the exit code a script reads. */
import { ConfigError } from '../config/config-error.ts';
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
  const listening = listenFailure(error as ListenError);
  if (listening !== undefined) return { lines: [listening], exitCode: EXIT.unavailable };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`unexpected error, please report it: ${detail}`], exitCode: EXIT.software };
}

/** What Node's `listen` fails with. */
type ListenError = NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string };

function listenFailure(error: ListenError): string | undefined {
  if (error.syscall === 'getaddrinfo') return `host ${error.hostname} is not known: give an address with --host`;
  if (error.syscall !== 'listen') return undefined;
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${error.port} is taken by another program: stop that one, or choose another with --port`;
    case 'EACCES':
    case 'EPERM':
      return `port ${error.port} is not permitted to this user: choose one from 1024 up with --port`;
    case 'EADDRNOTAVAIL':
      return `host ${error.address} is not an address of this machine: choose another with --host`;
    default:
      return `cannot listen on port ${error.port}: ${error.message}`;
  }
}
