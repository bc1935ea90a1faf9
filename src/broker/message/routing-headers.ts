/** The CC and BCC headers: further routing keys of a message (RabbitMQ: Sender-Selected Distribution). */
import { decodeFieldAt } from '../../codec/field-table.ts';
import { octetText } from '../../codec/octet-text.ts';
import { propertyFlags } from '../../codec/properties.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { PROPERTY_HEADERS } from '../../protocol/generated/constants.ts';
import type { Message } from './message.ts';

const NONE: readonly string[] = [];

/** The routing keys beside the message's own; empty for most messages. Throws AmqpError PRECONDITION_FAILED for other than arrays. */
export function furtherRoutingKeys(message: Message): readonly string[] {
  if ((propertyFlags(message.properties, message.propertiesStart) & PROPERTY_HEADERS) === 0) return NONE;
  return keysInHeaders(message);
}

function keysInHeaders(message: Message): readonly string[] {
  const [copies, hidden] = [keysIn(message, 'CC'), keysIn(message, 'BCC')];
  return copies === NONE && hidden === NONE ? NONE : [...copies, ...hidden];
}

/** Removes BCC, which no receiver may see. */
export function stripBcc(message: Message): void {
  if (message.findHeader('BCC') !== undefined) message.changeHeader('BCC', undefined);
}

function keysIn(message: Message, name: string): readonly string[] {
  const found = message.findHeader(name);
  if (found === undefined) return NONE;
  const field = decodeFieldAt(message.properties, found);
  if (field.type !== 'array') {
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `invalid message: {unacceptable_type_in_header,"${name}",${field.type}}`,
    );
  }
  return field.value.flatMap((item) => (item.type === 'longstr' ? [keyText(item.value)] : []));
}

/** Octets that are no UTF-8 are no other key's. */
function keyText(key: string | Uint8Array): string {
  return typeof key === 'string' ? key : octetText(Buffer.from(key));
}
