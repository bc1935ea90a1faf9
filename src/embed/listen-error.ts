/** Why a broker cannot listen, in words, with what Node says of it. */
import { isIP } from 'node:net';

/** What Node's `listen` fails with. */
type SystemError = NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string };

export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** Node's: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND and others. */
  readonly code: string | undefined;
  /** The option that has another choice; undefined if none would help. */
  readonly option: 'port' | 'host' | undefined;

  /** @internal */
  constructor(text: string, option: 'port' | 'host' | undefined, cause: SystemError) {
    super(text, { cause });
    this.code = cause.code;
    this.option = option;
  }
}

const UNIX: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens on it, or it is no socket: stop that one, or choose another path',
  // Node's word for a folder that is not there, too.
  EACCES: 'its folder is not there, or this user may not write to it',
};

/** A ListenError for what a listener could not be started with; any other error as it is. */
export function explainListening(error: unknown): unknown {
  const { syscall, code, hostname, port, address, message } = error as SystemError;
  const because = (text: string, option?: 'port' | 'host') => new ListenError(text, option, error as SystemError);
  if (syscall === 'getaddrinfo') return because(`host ${hostname} is not known: give an address`, 'host');
  if (syscall !== 'listen') return error;
  // Node leaves out port 0 of TCP, as it does what a Unix socket has not.
  if ((port ?? -1) < 0 && isIP(address ?? '') === 0)
    return because(`cannot listen on the Unix socket ${address}: ${UNIX[code ?? ''] ?? message}`);
  switch (code) {
    case 'EADDRINUSE':
      return because(
        `port ${port} is taken, by another program or another broker of this one: stop that, or choose another`,
        'port',
      );
    case 'EACCES':
    case 'EPERM':
      return because(`port ${port} is not permitted to this user: choose one from 1024 up`, 'port');
    case 'EADDRNOTAVAIL':
      return because(`host ${address} is not an address of this machine: choose another`, 'host');
    default:
      return because(`cannot listen on port ${port}: ${message}`);
  }
}
