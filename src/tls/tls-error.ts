/** A file that TLS needs cannot be used: the message names it and says why. It never holds what is in the file. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
}
