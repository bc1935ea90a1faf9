/**
 * A message whose properties have more octets than a frame of its receiver: what the broker added to its headers gives way, the oldest
 * deaths first.
 */
import { arrayOf } from '../../codec/field-table.ts';
import { DEATHS, deathsOf } from './dead-letter.ts';
import { HeadersTooLargeError } from './discarded.ts';
import type { Message } from './message.ts';

/** All that dead letters and redeliveries get. */
const ADDED = [
  DEATHS,
  ...['first', 'last'].flatMap((which) => ['exchange', 'queue', 'reason'].map((what) => `x-${which}-death-${what}`)),
  'x-delivery-count',
];

/** The message, seen with at most so many octets of properties. Throws HeadersTooLargeError if its publisher sent more than that. */
export function shorten(message: Message, octets: number): Message {
  const short = message.alias();
  const deaths = deathsOf(message);
  let excess = message.propertiesSize - octets;
  while (deaths.length > 1 && excess > 0) excess -= deaths.pop()!.octets.length;
  if (deaths.length > 0) short.changeProperties({}, new Map([[DEATHS, arrayOf(deaths.map((death) => death.octets))]]));
  if (short.propertiesSize <= octets) return short;
  short.changeProperties({}, new Map(ADDED.map((name) => [name, undefined])));
  if (short.propertiesSize > octets) throw new HeadersTooLargeError(short.propertiesSize, octets);
  return short;
}
