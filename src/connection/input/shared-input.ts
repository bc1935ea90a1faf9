/**
 * Reads all sockets into one buffer. Left alone, Node allocates 64 KiB for each read, which under load costs more than what is
 * done with the bytes. Node lets a client give its socket a buffer (`onread`), but does not ask for one where a server accepts: so
 * the accepted socket is exchanged for one that is made around the same connection. Where that cannot be done, it is read as
 * sockets usually are.
 */
import { Socket } from 'node:net';

/** Bytes of a read. A chunk as large as this says that there is more to read; a turn takes no more, so that others are heard. */
export const READ_BYTES = 131072;

/** What a socket of Node's is made of. */
interface Accepted {
  _handle: { readonly useUserBuffer?: unknown } | null;
  _server: unknown;
}

export class SharedInput {
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);

  /**
   * Returns the socket to use from now on in place of `accepted`, which is paused and was not read from yet. `receive` is given
   * what it reads; the chunk is the next reader's as soon as that returns.
   */
  open(accepted: Socket, receive: (chunk: Buffer) => void): Socket {
    const inner = accepted as unknown as Accepted;
    const { _handle: handle, _server: server } = inner;
    if (typeof handle?.useUserBuffer !== 'function') {
      accepted.on('data', receive);
      return accepted;
    }
    const buffer = this.#buffer;
    const callback = (bytes: number): boolean => {
      receive(buffer.subarray(0, bytes));
      return true;
    };
    const socket = new Socket({ handle, onread: { buffer, callback } } as object);
    // The server counts its connections by what this says.
    (socket as unknown as Accepted)._server = server;
    inner._handle = inner._server = null;
    return socket;
  }
}
