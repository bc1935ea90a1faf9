/** The messages of a queue or stream, looked at and not taken. RabbitMQ has nothing like it. */
import { browseQueue, type BrowsedPage } from '../../broker/operations/browsing.ts';
import { type BrowsedMessage, type MessageFilter, MESSAGE_STATES } from '../../broker/operations/message-walk.ts';
import { badRequest } from '../http/problem.ts';
import type { Query } from '../http/query.ts';
import type { Resource } from '../http/resource.ts';
import { type Encoding, readEncoding, showPayload } from '../present/message.ts';
import { showProperties } from '../present/properties.ts';
import { existingQueue } from './queues.ts';

const DEFAULT_COUNT = 50;
const MOST_MESSAGES = 500;
/** Bytes of each body that are shown. */
const DEFAULT_TRUNCATE = 50_000;

export const browsing: Resource = {
  path: '/queues/:vhost/:queue/messages',
  GET: {
    role: 'management',
    handle: async (call) => {
      const { actor, query } = call;
      const { name, type } = existingQueue(call);
      const moment = type === 'stream' ? 'received_at' : 'expires_at';
      const request = { ...readFilter(query), ...readPage(query) };
      return showPage(
        await browseQueue(actor, name, query.get('from'), request),
        readEncoding(query.get('encoding') ?? 'auto'),
        moment,
      );
    },
  },
};

/** What the messages have to be. Throws HttpProblem 400. */
export function readFilter(query: Query): MessageFilter {
  const state = query.get('state');
  const known = MESSAGE_STATES.find((name) => name === state);
  if (state !== undefined && known === undefined) {
    throw badRequest(`'${state}' is no state of messages: there are ${MESSAGE_STATES.join(', ')}`);
  }
  const header = query.get('header');
  return {
    state: known,
    routingKey: query.get('routing_key'),
    header: header === undefined ? undefined : readHeader(header),
    text: query.get('text'),
  };
}

/** Throws HttpProblem 400. */
export function readPage(query: Query): { readonly count: number; readonly truncate: number } {
  return {
    count: integer(query, 'count', DEFAULT_COUNT, 1, MOST_MESSAGES),
    truncate: integer(query, 'truncate', DEFAULT_TRUNCATE, 0, Number.MAX_SAFE_INTEGER),
  };
}

/** `moment`: what the moment of a message is here. */
export function showPage({ messages, next, examined }: BrowsedPage, encoding: Encoding, moment: string): object {
  return {
    items: messages.map((message) => showMessage(message, encoding, moment)),
    next: next ?? null,
    examined,
  };
}

function showMessage({ body, ...message }: BrowsedMessage, encoding: Encoding, moment: string): object {
  return {
    position: message.position,
    state: message.state,
    redelivered: message.redelivered,
    delivery_count: message.deliveries,
    ...(message.moment !== Infinity && { [moment]: message.moment }),
    ...(message.retriedAt !== undefined && { due_at: message.retriedAt }),
    exchange: message.exchange,
    routing_key: message.routingKey,
    properties: showProperties(message.properties),
    payload_bytes: message.bodySize,
    ...showPayload(body, encoding),
  };
}

/** `name`, or `name=value`. */
function readHeader(text: string): MessageFilter['header'] {
  const sign = text.indexOf('=');
  return sign < 0 ? { name: text, value: undefined } : { name: text.slice(0, sign), value: text.slice(sign + 1) };
}

function integer(query: Query, name: string, byDefault: number, least: number, most: number): number {
  const text = query.get(name);
  if (text === undefined) return byDefault;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw badRequest(`${name} has to be a number from ${least} to ${most}`);
}
