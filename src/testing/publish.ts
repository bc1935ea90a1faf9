/** How a test itself publishes: as the operator, with a confirm. */
import { toFieldTable } from '../codec/field-table.ts';
import { OperatorActor } from '../broker/operations/actor.ts';
import { publishMessage } from '../broker/operations/publishing.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { Properties } from './log/received.ts';

/** A text, bytes, or what goes as JSON, with `application/json` as its content type if no other is named. */
export type MessageContent = Buffer | string | object;

/** Resolves when it is confirmed, to true if a queue, or a delayed exchange, took it. Rejects if a queue refused it. */
export async function publishTo(
  vhost: Vhost,
  exchange: string,
  routingKey: string,
  content: MessageContent,
  { headers, ...properties }: Properties = {},
): Promise<boolean> {
  const table = headers === undefined ? undefined : toFieldTable(headers);
  const isJson = typeof content === 'object' && !Buffer.isBuffer(content);
  const { contentType = isJson ? 'application/json' : undefined } = properties;
  const body = bytesOf(content);
  const message = { exchange, routingKey, properties: { ...properties, contentType, headers: table }, body };
  const { routed, confirmed } = publishMessage(new OperatorActor(vhost), message);
  if (await confirmed) return routed;
  throw new Error(`a queue refused the message: it is full, or had it before`);
}

function bytesOf(content: MessageContent): Buffer {
  if (Buffer.isBuffer(content)) return content;
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}
