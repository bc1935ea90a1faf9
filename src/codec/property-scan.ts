/**
 * Questions about encoded content properties, answered without decoding or allocating: the way of every message goes
 * through here. `start` is where the 16-bit flags stand (after class id, weight and body size of a content header),
 * `end` where the properties end. Reading past `end` throws AmqpError FRAME_ERROR.
 */
import { AmqpError } from '../protocol/amqp-error.ts';
import * as flag from '../protocol/generated/constants.ts';
import { TruncatedError } from './byte-reader.ts';
import { checkFields, skipTable } from './field-scan.ts';

/** Bytes of the flags; the first value follows them. */
const FLAGS_BYTES = 2;

/** Which properties are there: PROPERTY_… of the constants. */
export function propertyFlags(buffer: Buffer, start: number): number {
  if (start + FLAGS_BYTES > buffer.length) throw new TruncatedError();
  return (buffer[start] << 8) | buffer[start + 1];
}

/** 1 transient, 2 persistent (any other octet as it stands), 0 if the message does not say. */
export function readDeliveryMode(buffer: Buffer, start: number, end: number): number {
  const position = findProperty(buffer, start, end, flag.PROPERTY_DELIVERY_MODE);
  return position === -1 ? 0 : buffer[position];
}

/**
 * Where the value of the property with this one flag starts (for short strings and tables: their length), or -1 where
 * the property is absent. The value found is whole: it does not reach past `end`.
 */
export function findProperty(buffer: Buffer, start: number, end: number, wanted: number): number {
  within(start + FLAGS_BYTES, end);
  const flags = propertyFlags(buffer, start);
  if (!(flags & wanted)) return -1;
  let position = start + FLAGS_BYTES;
  for (let bit = flag.PROPERTY_CONTENT_TYPE; bit > wanted; bit >>= 1) {
    if (flags & bit) position = skipProperty(buffer, position, end, bit);
  }
  skipProperty(buffer, position, end, wanted);
  return position;
}

/** The position after the value at `position` of the property with this one flag. */
export function skipProperty(buffer: Buffer, position: number, end: number, bit: number): number {
  switch (bit) {
    case flag.PROPERTY_HEADERS:
      return skipTable(buffer, position, end);
    case flag.PROPERTY_DELIVERY_MODE:
    case flag.PROPERTY_PRIORITY:
      return within(position + 1, end);
    case flag.PROPERTY_TIMESTAMP:
      return within(position + 8, end);
    default:
      within(position + 1, end);
      return within(position + 1 + buffer[position], end);
  }
}

/**
 * Throws if anybody would fail to decode the properties: cut short, bytes left over, or headers that are no table.
 * To be asked once when a message arrives, so that no consumer gets what would break it.
 */
export function checkProperties(buffer: Buffer, start: number, end: number): void {
  within(start + FLAGS_BYTES, end);
  const flags = propertyFlags(buffer, start);
  let position = start + FLAGS_BYTES;
  for (let bit = flag.PROPERTY_CONTENT_TYPE; bit >= flag.PROPERTY_CLUSTER_ID; bit >>= 1) {
    if (!(flags & bit)) continue;
    const next = skipProperty(buffer, position, end, bit);
    if (bit === flag.PROPERTY_HEADERS) checkFields(buffer, position + 4, next);
    position = next;
  }
  if (position !== end) throw new AmqpError('FRAME_ERROR', `${end - position} bytes left over after the properties`);
}

function within(position: number, end: number): number {
  if (position > end) throw new TruncatedError();
  return position;
}
