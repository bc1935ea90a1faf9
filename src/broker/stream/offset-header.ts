/**
 * The header x-stream-offset, which tells a consumer of a stream where it is (RabbitMQ: Streams). It is put between the bytes of
 * the message's properties as they are, into memory that is used again for the next message.
 */
import { findTableField } from '../../codec/field-table.ts';
import { findProperty, propertyFlags, skipProperty } from '../../codec/properties.ts';
import {
  PROPERTY_CONTENT_ENCODING,
  PROPERTY_CONTENT_TYPE,
  PROPERTY_HEADERS,
} from '../../protocol/generated/constants.ts';
import { copyBytes, readU32, writeU32, writeU64 } from '../../util/bytes.ts';
import type { Message } from '../message/message.ts';

const NAME = 'x-stream-offset';
const LONG = 'l'.charCodeAt(0);
/** All of the field but its value. */
const FIELD_HEAD = Buffer.from([NAME.length, ...Buffer.from(NAME), LONG]);
const FIELD_BYTES = FIELD_HEAD.length + 8;
const FIRST_BYTES = 256;

export class OffsetHeader {
  #scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** Adds the header to a message that is only viewed until the next call. */
  add(message: Message, offset: number): void {
    const table = headersOf(message);
    const place = table < 0 ? headersPlace(message) : table;
    const fields = table < 0 ? place : place + 4;
    const rest = table < 0 ? place : fields + readU32(message.properties, place);
    // A message that was read from another stream before has the header already.
    if (rest > fields && findTableField(message.properties, fields, rest, NAME) !== undefined) {
      message.changeHeader(NAME, undefined);
      this.add(message, offset);
      return;
    }
    const { properties, propertiesStart, propertiesEnd } = message;
    const scratch = this.#reserve(propertiesEnd - propertiesStart + 4 + FIELD_BYTES);
    let at = copyBytes(properties, propertiesStart, place, scratch, 0);
    writeU32(scratch, at, rest - fields + FIELD_BYTES);
    at = copyBytes(properties, fields, rest, scratch, at + 4);
    at = copyBytes(FIELD_HEAD, 0, FIELD_HEAD.length, scratch, at);
    writeU64(scratch, at, offset);
    at = copyBytes(properties, rest, propertiesEnd, scratch, at + 8);
    const flags = propertyFlags(properties, propertiesStart) | PROPERTY_HEADERS;
    scratch[0] = flags >>> 8;
    scratch[1] = flags;
    message.setProperties(scratch, 0, at);
  }

  #reserve(bytes: number): Buffer {
    if (bytes > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(bytes * 2);
    return this.#scratch;
  }
}

/** Where the headers stand, with their length in front; -1 if there are none. */
function headersOf({ properties, propertiesStart, propertiesEnd }: Message): number {
  return findProperty(properties, propertiesStart, propertiesEnd, PROPERTY_HEADERS);
}

/** Where headers would stand in properties that have none. */
function headersPlace({ properties, propertiesStart, propertiesEnd }: Message): number {
  const flags = propertyFlags(properties, propertiesStart);
  let at = propertiesStart + 2;
  if ((flags & PROPERTY_CONTENT_TYPE) !== 0) at = skipProperty(properties, at, propertiesEnd, PROPERTY_CONTENT_TYPE);
  if ((flags & PROPERTY_CONTENT_ENCODING) === 0) return at;
  return skipProperty(properties, at, propertiesEnd, PROPERTY_CONTENT_ENCODING);
}
