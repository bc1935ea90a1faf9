/** The two properties that a queue looks at: how long a message may stay, and whom it may overtake. */
import { findProperty } from '../../codec/properties.ts';
import { PROPERTY_EXPIRATION, PROPERTY_PRIORITY } from '../../protocol/generated/constants.ts';
import type { Message } from '../message/message.ts';

/** The message's expiration in milliseconds, checked when it was published; Infinity if it has none. */
export function messageTtl({ properties, propertiesStart, propertiesEnd }: Message): number {
  const at = findProperty(properties, propertiesStart, propertiesEnd, PROPERTY_EXPIRATION);
  return at < 0 ? Infinity : Number(properties.toString('latin1', at + 1, at + 1 + properties[at]));
}

/** The message's priority, or `otherwise` if it has none, and never more than the queue's highest. */
export function messagePriority(
  { properties, propertiesStart, propertiesEnd }: Message,
  highest: number,
  otherwise: number,
): number {
  const at = findProperty(properties, propertiesStart, propertiesEnd, PROPERTY_PRIORITY);
  return at < 0 ? otherwise : Math.min(properties[at], highest);
}
