/** How often a message came back, told to its next consumer (RabbitMQ: Quorum Queues, "Poison Message Handling"). */
import { decodeProperties } from '../../codec/properties.ts';
import type { Message } from '../message.ts';

/** Adds the header x-delivery-count. */
export function withDeliveryCount(message: Message, count: number): void {
  const { properties, propertiesStart, propertiesEnd } = message;
  const { headers = [] } = decodeProperties(properties, propertiesStart, propertiesEnd);
  const counted = new Map(headers).set('x-delivery-count', { type: 'long', value: count });
  message.changeProperties({ headers: counted });
}
