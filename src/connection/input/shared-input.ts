/**
 * Reads all sockets into one buffer. Left alone, Node allocates memory for each read, which under load costs more than what is done with the
 * bytes. Node lets a client give its socket a buffer (`onread`), but does not ask for one where a server accepts, nor for what TLS has
 * decrypted: so the buffer is put where `onread` would have put it. Where that cannot be done, the socket is read as sockets usually are.
 */
import type { Duplex } from 'node:stream';
import { type Fault, guarded, hear } from '../../util/guard.ts';

/** Bytes of a read. A chunk as large as this says that there is more to read; a turn takes no more, so that others are heard. */
export const READ_BYTES = 131072;

/** What a socket of Node's is made of; other streams have no handle. */
interface Handled {
  readonly _handle?: { useUserBuffer?(buffer: Buffer): void } | null;
}

/** One for all brokers of a process: a chunk is dealt with before the next is read. Made for the first socket, as many brokers of a test have none. */
let shared: Buffer | undefined;

export class SharedInput {
  /**
   * Begins to read `socket`, which nobody else reads. `receive` is given what comes; the chunk is the next reader's as soon as that
   * returns. `fault`: told what goes wrong with that.
   */
  open(socket: Duplex, fault: Fault, receive: (chunk: Buffer) => void): void {
    const buffer = (shared ??= Buffer.allocUnsafeSlow(READ_BYTES));
    const receiveGuarded = guarded(fault, receive);
    const callback = (bytes: number): boolean => {
      receiveGuarded(buffer.subarray(0, bytes));
      return true;
    };
    // What was read before, as behind the header of a proxy.
    const before = socket.read() as Buffer | null;
    if (before !== null) receiveGuarded(before);
    if (!useBuffer(socket, buffer, callback)) hear(socket, 'data', fault, receive);
    socket.resume();
  }
}

/** False if this socket, or this version of Node, takes no buffer. */
function useBuffer(socket: Duplex, buffer: Buffer, callback: (bytes: number) => boolean): boolean {
  const { _handle: handle } = socket as unknown as Handled;
  const fields = Object.getOwnPropertySymbols(socket);
  const field = (name: string) => fields.find(({ description }) => description === name);
  const [bufferField, callbackField] = [field('kBuffer'), field('kBufferCb')];
  if (handle?.useUserBuffer === undefined || bufferField === undefined || callbackField === undefined) return false;
  Object.assign(socket, { [bufferField]: buffer, [callbackField]: callback });
  handle.useUserBuffer(buffer);
  return true;
}
