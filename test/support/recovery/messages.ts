/** Messages as the protocol layer would hand them to the broker. */
import { encodeProperties, type PropertyChanges } from '../../../src/codec/properties.ts';
import { Message } from '../../../src/broker/message/message.ts';

export interface MessageParts {
  readonly exchange?: string;
  readonly routingKey?: string;
  readonly properties?: PropertyChanges;
  readonly body?: string | Buffer;
}

export function messageOf({ exchange = '', routingKey = '', properties = {}, body = '' }: MessageParts = {}): Message {
  const message = new Message();
  const [name, key] = [Buffer.from(exchange), Buffer.from(routingKey)];
  message.route = Buffer.concat([Buffer.of(name.length), name, Buffer.of(key.length), key]);
  message.routeEnd = message.route.length;
  message.properties = encodeProperties(properties);
  message.propertiesEnd = message.properties.length;
  message.body = Buffer.from(body);
  message.bodyEnd = message.body.length;
  return message;
}

export const PERSISTENT = { deliveryMode: 2 } as const;

/** The body that a view shows, as text. */
export function bodyText(message: Message): string {
  return message.body.toString('utf8', message.bodyStart, message.bodyEnd);
}
