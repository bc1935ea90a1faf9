/** The CC and BCC headers: further routing keys of a message (RabbitMQ: Sender-Selected Distribution). */
import { findProperty } from '../codec/properties.ts';
import { decodeFieldAt, findTableField } from '../codec/field-table.ts';
import { decodeProperties } from '../codec/properties.ts';
import { AmqpError } from '../protocol/amqp-error.ts';
import { PROPERTY_HEADERS } from '../protocol/generated/constants.ts';
import { readU32 } from '../util/bytes.ts';
import type { Message } from './message.ts';

/** The routing keys beside the message's own; empty for most messages. Throws AmqpError PRECONDITION_FAILED for other than arrays. */
export function furtherRoutingKeys(message: Message): readonly string[] {
  const headers = findProperty(message.properties, message.propertiesStart, message.propertiesEnd, PROPERTY_HEADERS);
  if (headers < 0) return [];
  return [...keysIn(message, headers, 'CC'), ...keysIn(message, headers, 'BCC')];
}

/** Removes BCC, which no receiver may see. */
export function stripBcc(message: Message): void {
  const { headers } = decodeProperties(message.properties, message.propertiesStart, message.propertiesEnd);
  if (headers?.has('BCC') !== true) return;
  const visible = new Map(headers);
  visible.delete('BCC');
  message.changeProperties({ headers: visible });
}

function keysIn(message: Message, headers: number, name: string): readonly string[] {
  const start = headers + 4;
  const found = findTableField(message.properties, start, start + readU32(message.properties, headers), name);
  if (found === undefined) return [];
  const field = decodeFieldAt(message.properties, found);
  if (field.type !== 'array') {
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `invalid message: {unacceptable_type_in_header,"${name}",${field.type}}`,
    );
  }
  return field.value.flatMap((item) => (item.type === 'longstr' ? [item.value.toString()] : []));
}
