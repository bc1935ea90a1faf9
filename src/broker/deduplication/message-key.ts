/** The key by which a message is known when it comes again. */
import { createHash } from 'node:crypto';
import { decodeFieldAt, type FieldPosition } from '../../codec/field-table.ts';
import { findProperty } from '../../codec/properties.ts';
import { PROPERTY_MESSAGE_ID } from '../../protocol/generated/constants.ts';
import { isInteger } from '../arguments/field-equality.ts';
import type { Message } from '../message/message.ts';

const DEFAULT_HEADER = 'x-deduplication-header';
/** Longer keys are kept as their SHA-256. */
export const LONGEST_KEY = 64;

/**
 * The value of `header`, or if that is undefined of `x-deduplication-header`, or else the message id. Undefined if the message
 * has none, or an empty one. One character an octet, at most LONGEST_KEY.
 */
export function messageKey(message: Message, header: string | undefined): string | undefined {
  const { properties, propertiesStart, propertiesEnd } = message;
  const field = message.findHeader(header ?? DEFAULT_HEADER);
  if (field !== undefined) return fieldKey(properties, field);
  if (header !== undefined) return undefined;
  const id = findProperty(properties, propertiesStart, propertiesEnd, PROPERTY_MESSAGE_ID);
  return id < 0 ? undefined : bytesKey(properties, id + 1, id + 1 + properties[id]);
}

/** Clients write the same number as integers of different sizes; what is no number counts by its type and its bytes. */
function fieldKey(properties: Buffer, field: FieldPosition): string | undefined {
  const { type, valueStart, valueEnd } = field;
  if (type === 'longstr') return bytesKey(properties, valueStart, valueEnd);
  if (type === 'void') return undefined;
  const value = decodeFieldAt(properties, field);
  if (isInteger(value)) return String(value.value);
  const bytes = Buffer.concat([Buffer.from(`${type} `), properties.subarray(valueStart, valueEnd)]);
  return bytesKey(bytes, 0, bytes.length);
}

function bytesKey(bytes: Buffer, start: number, end: number): string | undefined {
  if (start === end) return undefined;
  if (end - start <= LONGEST_KEY) return bytes.toString('latin1', start, end);
  return createHash('sha256').update(bytes.subarray(start, end)).digest().toString('latin1');
}
