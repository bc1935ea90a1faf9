/** Content properties by RabbitMQ's names in JSON (RabbitMQ: HTTP API, `properties`). */
import { toFieldTable } from '../../codec/field-table.ts';
import type { BasicProperties, PropertyChanges } from '../../codec/properties.ts';
import { isObject, type JsonObject } from '../http/body.ts';
import { badRequest } from '../http/problem.ts';
import { showTable } from './table.ts';

type Kind = 'text' | 'number' | 'table';

/** The API's names, in the order in which RabbitMQ shows them. */
const PROPERTIES: readonly (readonly [name: string, property: keyof BasicProperties, kind: Kind])[] = [
  ['app_id', 'appId', 'text'],
  ['cluster_id', 'clusterId', 'text'],
  ['content_encoding', 'contentEncoding', 'text'],
  ['content_type', 'contentType', 'text'],
  ['correlation_id', 'correlationId', 'text'],
  ['delivery_mode', 'deliveryMode', 'number'],
  ['expiration', 'expiration', 'text'],
  ['headers', 'headers', 'table'],
  ['message_id', 'messageId', 'text'],
  ['priority', 'priority', 'number'],
  ['reply_to', 'replyTo', 'text'],
  ['timestamp', 'timestamp', 'number'],
  ['type', 'type', 'text'],
  ['user_id', 'userId', 'text'],
];

/** An empty list if there are none, as RabbitMQ sends. */
export function showProperties(properties: BasicProperties): object {
  const shown = PROPERTIES.flatMap(([name, property]): [string, unknown][] => {
    const value = properties[property];
    if (value === undefined) return [];
    if (property === 'headers') return [[name, showTable(properties.headers!)]];
    return [[name, typeof value === 'bigint' ? Number(value) : value]];
  });
  return shown.length === 0 ? [] : Object.fromEntries(shown);
}

/** Names that are not known are left out. Throws HttpProblem 400. */
export function readProperties(body: JsonObject): PropertyChanges {
  const properties: Record<string, unknown> = {};
  for (const [name, property, kind] of PROPERTIES) {
    const value = body[name];
    if (value !== undefined) properties[property] = readValue(name, value, kind);
  }
  return properties;
}

function readValue(name: string, value: unknown, kind: Kind): unknown {
  if (value === null) throw badRequest('null_not_allowed');
  switch (kind) {
    case 'text':
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw badRequest(['not_string', name]);
    case 'number': {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return checkRange(name, number);
      throw badRequest(['not_int', name]);
    }
    default:
      if (!isObject(value)) throw badRequest(['not_an_object', name]);
      if (Object.values(value).includes(null)) throw badRequest('null_not_allowed');
      return toFieldTable(value);
  }
}

/** An octet holds less than 256. */
function checkRange(name: string, number: number): number {
  if (name !== 'timestamp' && number > 255) throw badRequest(['not_int', name]);
  return number;
}
