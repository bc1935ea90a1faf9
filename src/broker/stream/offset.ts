/** Where a consumer begins to read a stream: its argument x-stream-offset (RabbitMQ: Streams, "Consuming"). */
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { isInteger } from '../arguments/field-equality.ts';
import { maxAgeSeconds } from '../arguments/max-age.ts';

/**
 * The oldest message, the newest one, what comes from now on, the message with this offset, or the first that came at this
 * moment or after it (milliseconds since the epoch).
 */
export type StartingPoint =
  | { readonly at: 'first' | 'last' | 'next' }
  | { readonly at: 'offset'; readonly offset: number }
  | { readonly at: 'moment'; readonly moment: number };

/** By default what comes from now on. Undefined if the argument says nothing that makes sense. */
export function startingPoint(args: FieldTable, now: number): StartingPoint | undefined {
  const field: FieldValue = args.get('x-stream-offset') ?? { type: 'longstr', value: 'next' };
  if (isInteger(field)) return { at: 'offset', offset: Math.max(0, Number(field.value)) };
  if (field.type === 'timestamp') return { at: 'moment', moment: Number(field.value) * 1000 };
  if (field.type !== 'longstr') return undefined;
  const text = field.value.toString();
  if (text === 'first' || text === 'last' || text === 'next') return { at: text };
  const seconds = maxAgeSeconds(text);
  return seconds === undefined || seconds === 0 ? undefined : { at: 'moment', moment: now - seconds * 1000 };
}
