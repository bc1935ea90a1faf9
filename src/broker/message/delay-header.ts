/** The header `x-delay`: how long a message is to wait at a delayed exchange (the delayed message exchange plugin of RabbitMQ). */
import { decodeFieldAt } from '../../codec/field-table.ts';
import type { FieldValue } from '../../protocol/field-table.ts';
import { isInteger } from '../arguments/field-equality.ts';
import type { Message } from './message.ts';

const X_DELAY = 'x-delay';
const LARGEST_INT = 0x7fff_ffff;

/** Milliseconds that the message asks to wait; 0 if it does not ask, or for no time to come. */
export function delayOf(message: Message): number {
  const found = message.findHeader(X_DELAY);
  return found === undefined ? 0 : Math.max(0, milliseconds(decodeFieldAt(message.properties, found)));
}

/** Tells receivers how long the message waited, and other delayed exchanges that it has: the header becomes negative. */
export function markWaited(message: Message): void {
  const delay = delayOf(message);
  const type = delay > LARGEST_INT ? 'long' : 'signedint';
  const value = delay > Number.MAX_SAFE_INTEGER ? -Number.MAX_SAFE_INTEGER : -delay;
  message.changeHeader(X_DELAY, { type, value });
}

/** Whole milliseconds; 0 for what is no number. */
function milliseconds(field: FieldValue): number {
  if (isInteger(field)) return Number(field.value);
  switch (field.type) {
    case 'float':
    case 'double':
      return Math.trunc(field.value) || 0;
    case 'decimal':
      return Math.trunc(field.value.unscaled / 10 ** field.value.scale);
    case 'longstr':
      return /^[+-]?\d+$/.test(field.value.toString()) ? Number(field.value.toString()) : 0;
    default:
      return 0;
  }
}
