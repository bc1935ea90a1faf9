/**
 * The content properties of class basic (specification section 4.2.6.1): a 16-bit set of flags, then the values of the
 * flags set. Decoding, encoding and editing; property-scan.ts, for who is outside of this folder too, answers questions about
 * the bytes without decoding them.
 * `start` is where the flags stand, `end` where the properties end. Malformed bytes throw AmqpError FRAME_ERROR.
 */
import type { FieldTable } from '../protocol/field-table.ts';
import * as flag from '../protocol/generated/constants.ts';
import { AmqpError } from '../protocol/amqp-error.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { editFields, type FieldChanges } from './field-edit.ts';

export { checkProperties, findProperty, propertyFlags, readDeliveryMode, skipProperty } from './property-scan.ts';

export interface BasicProperties {
  contentType?: string;
  contentEncoding?: string;
  headers?: FieldTable;
  /** 1 transient, 2 persistent. */
  deliveryMode?: number;
  priority?: number;
  correlationId?: string;
  replyTo?: string;
  /** Milliseconds, as decimal digits. */
  expiration?: string;
  messageId?: string;
  /** Seconds since 1970; a bigint if a number would lose digits. */
  timestamp?: number | bigint;
  type?: string;
  userId?: string;
  appId?: string;
  clusterId?: string;
}

type Kind = 'shortstr' | 'table' | 'octet' | 'timestamp';

/** All properties in the order of their flags, highest bit first, which is the order of their values. */
const PROPERTIES = [
  { name: 'contentType', bit: flag.PROPERTY_CONTENT_TYPE, kind: 'shortstr' },
  { name: 'contentEncoding', bit: flag.PROPERTY_CONTENT_ENCODING, kind: 'shortstr' },
  { name: 'headers', bit: flag.PROPERTY_HEADERS, kind: 'table' },
  { name: 'deliveryMode', bit: flag.PROPERTY_DELIVERY_MODE, kind: 'octet' },
  { name: 'priority', bit: flag.PROPERTY_PRIORITY, kind: 'octet' },
  { name: 'correlationId', bit: flag.PROPERTY_CORRELATION_ID, kind: 'shortstr' },
  { name: 'replyTo', bit: flag.PROPERTY_REPLY_TO, kind: 'shortstr' },
  { name: 'expiration', bit: flag.PROPERTY_EXPIRATION, kind: 'shortstr' },
  { name: 'messageId', bit: flag.PROPERTY_MESSAGE_ID, kind: 'shortstr' },
  { name: 'timestamp', bit: flag.PROPERTY_TIMESTAMP, kind: 'timestamp' },
  { name: 'type', bit: flag.PROPERTY_TYPE, kind: 'shortstr' },
  { name: 'userId', bit: flag.PROPERTY_USER_ID, kind: 'shortstr' },
  { name: 'appId', bit: flag.PROPERTY_APP_ID, kind: 'shortstr' },
  { name: 'clusterId', bit: flag.PROPERTY_CLUSTER_ID, kind: 'shortstr' },
] as const satisfies readonly { name: keyof BasicProperties; bit: number; kind: Kind }[];

type PropertyValue = string | number | bigint | FieldTable;

/** New values by name; undefined removes a property. What is not named stays as it is. */
export type PropertyChanges = { readonly [Name in keyof BasicProperties]?: BasicProperties[Name] | undefined };

/**
 * The properties in `buffer` from `start` to `end`. As in RabbitMQ any octets may stand in their short strings and in the names of
 * headers: see octet-text.ts. What goes out again is changed by `editProperties`, which leaves the octets of all else alone.
 */
export function decodeProperties(buffer: Buffer, start: number, end: number): BasicProperties {
  const reader = new ByteReader(buffer, start, end, 'octets');
  const flags = reader.u16();
  const properties: Record<string, PropertyValue> = {};
  for (const { name, bit, kind } of PROPERTIES) {
    if (flags & bit) properties[name] = readValue(reader, kind);
  }
  if (reader.remaining > 0)
    throw new AmqpError('FRAME_ERROR', `${reader.remaining} bytes left over after the properties`);
  return properties;
}

/** Flags and values. Throws RangeError for short strings over 255 bytes. */
export function encodeProperties(properties: PropertyChanges): Buffer {
  const out = new ByteWriter();
  out.u16(0);
  let flags = 0;
  for (const { name, bit, kind } of PROPERTIES) {
    const value = properties[name];
    if (value === undefined) continue;
    flags |= bit;
    writeValue(out, kind, value);
  }
  return patchFlags(out.take(), flags);
}

/** The properties with `changes` made, and the headers with those of `fields`; the octets of all others are copied as they are. */
export function editProperties(
  buffer: Buffer,
  start: number,
  end: number,
  changes: PropertyChanges,
  fields?: FieldChanges,
): Buffer {
  const reader = new ByteReader(buffer, start, end);
  const out = new ByteWriter();
  const oldFlags = reader.u16();
  out.u16(0);
  // Those that no property has stay too.
  let flags = oldFlags;
  for (const { name, bit, kind } of PROPERTIES) {
    const from = reader.position;
    if (oldFlags & bit) skipValue(reader, kind);
    if (kind === 'table' && fields !== undefined) {
      flags |= bit;
      // There may be none, and then no length either.
      out.longstr(editFields(buffer, Math.min(from + 4, reader.position), reader.position, fields));
    } else if (name in changes) {
      const value = changes[name];
      flags = value === undefined ? flags & ~bit : flags | bit;
      if (value !== undefined) writeValue(out, kind, value);
    } else if (oldFlags & bit) {
      out.bytes(buffer.subarray(from, reader.position));
    }
  }
  return patchFlags(out.take(), flags);
}

function readValue(reader: ByteReader, kind: Kind): PropertyValue {
  switch (kind) {
    case 'shortstr':
      return reader.octets();
    case 'table':
      return reader.table();
    case 'octet':
      return reader.u8();
    case 'timestamp':
      return reader.timestamp();
  }
}

function skipValue(reader: ByteReader, kind: Kind): void {
  switch (kind) {
    case 'shortstr':
      return reader.skip(reader.u8());
    case 'table':
      return reader.skip(reader.u32());
    case 'octet':
      return reader.skip(1);
    case 'timestamp':
      return reader.skip(8);
  }
}

/** `value` is of the kind's type: both come from the same row of PROPERTIES. */
function writeValue(out: ByteWriter, kind: Kind, value: PropertyValue): void {
  switch (kind) {
    case 'shortstr':
      return out.shortstr(value as string);
    case 'table':
      return out.table(value as FieldTable);
    case 'octet':
      return out.u8(value as number);
    case 'timestamp':
      return out.timestamp(value as number | bigint);
  }
}

/** The flags are known only after the values are written. */
function patchFlags(bytes: Buffer, flags: number): Buffer {
  bytes.writeUInt16BE(flags, 0);
  return bytes;
}
