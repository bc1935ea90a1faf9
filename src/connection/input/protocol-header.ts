/** The eight bytes that a client begins with (AMQP 0-9-1 section 4.2.2), in however many pieces they come. */

export const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');
/** The header of AMQP 0-9, which RabbitMQ takes too. */
const HEADER_0_9 = Buffer.from('AMQP\x01\x01\x00\x09', 'latin1');

/** True if it is a protocol header that the broker speaks. */
export function speaks(header: Buffer): boolean {
  return header.equals(PROTOCOL_HEADER) || header.equals(HEADER_0_9);
}

export class HeaderReader {
  #bytes = Buffer.alloc(0);

  /** Returns the header and what came behind it, once it is whole. */
  push(chunk: Buffer): { readonly header: Buffer; readonly rest: Buffer } | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const { length } = PROTOCOL_HEADER;
    if (this.#bytes.length < length) return undefined;
    return { header: this.#bytes.subarray(0, length), rest: this.#bytes.subarray(length) };
  }
}
