/** Publishing one message, and taking some (RabbitMQ: HTTP API, `/publish` and `/get`). */
import { type Afterwards, getMessages, type TakenMessage, type Taker } from '../../broker/operations/getting.ts';
import { publishMessage } from '../../broker/operations/publishing.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { isBase64 } from '../http/base64.ts';
import { integerIn, objectIn, requireKeys, textIn } from '../http/body.ts';
import { badRequest, noRoom, notAuthorised, notFound, type HttpProblem, withReplyCode } from '../http/problem.ts';
import { type Call, Reply, type Resource } from '../http/resource.ts';
import { jsonArrayOf } from '../http/slices.ts';
import { type Encoding, readEncoding, showPayload } from '../present/message.ts';
import { readProperties, showProperties } from '../present/properties.ts';
import { exchangeNamed } from './exchanges.ts';

/** What one request takes at most: messages, as in RabbitMQ, and characters of JSON, after the message that reaches them. */
const MOST_MESSAGES = 50_000;
const MOST_CHARACTERS = 32 * 1024 * 1024;
/** So many characters are shown before there has to be room for them. */
const STEP = 256 * 1024;
/** How a message is taken: whether it goes back, and whether as rejected, which is `redelivered` either way. */
const ACK_MODES = ['ack_requeue_true', 'ack_requeue_false', 'reject_requeue_true', 'reject_requeue_false'] as const;

export const messages: readonly Resource[] = [
  { path: '/exchanges/:vhost/:exchange/publish', POST: { role: 'management', unknownVhost: refused, handle: publish } },
  {
    path: '/queues/:vhost/:queue/get',
    POST: { role: 'management', unknownVhost: refused, handle: get },
  },
];

/** RabbitMQ opens a connection into the vhost for these, which is refused. */
function refused(): HttpProblem {
  return notAuthorised('Access refused.');
}

async function publish({ actor, params, body }: Call): Promise<unknown> {
  requireKeys(body, ['properties', 'routing_key', 'payload', 'payload_encoding']);
  const properties = readProperties(objectIn(body, 'properties'));
  const message = {
    exchange: exchangeNamed(params.exchange),
    routingKey: textIn(body, 'routing_key', ''),
    properties,
    body: decode(textIn(body, 'payload', ''), textIn(body, 'payload_encoding', '')),
  };
  const { routed, confirmed } = await told(() => publishMessage(actor, message));
  return { routed: (await confirmed) && routed };
}

function decode(payload: string, encoding: string): Buffer {
  if (encoding === 'string') return Buffer.from(payload);
  if (encoding !== 'base64') throw badRequest(['unsupported_encoding', encoding]);
  if (!isBase64(payload)) throw badRequest(['not_base64', payload]);
  return Buffer.from(payload, 'base64');
}

async function get({ actor, params, body, hold }: Call): Promise<Reply> {
  requireKeys(body, ['ackmode', 'count', 'encoding']);
  const mode = ACK_MODES.find((known) => known === body.ackmode);
  if (mode === undefined) throw badRequest(`Invalid ackmode value: ${String(body.ackmode)}`);
  const encoding = readEncoding(textIn(body, 'encoding', ''));
  const count = Math.min(integerIn(body, 'count', 0), MOST_MESSAGES);
  const truncate = body.truncate === undefined ? Infinity : integerIn(body, 'truncate', 0);
  const show = (message: TakenMessage): string => JSON.stringify(showTaken(message, encoding, truncate));
  const page = new TakenPage(mode, count, show, hold);
  await told(() => getMessages(actor, params.queue, page), 'queue');
  return new Reply(200, { 'content-type': 'application/json' }, jsonArrayOf(page.shown));
}

/** Each is shown when it is taken: what cannot be comes back, and many are no long turn of the event loop. */
class TakenPage implements Taker {
  readonly afterwards: Afterwards;
  readonly shown: string[] = [];
  readonly #count: number;
  readonly #show: (message: TakenMessage) => string;
  readonly #hold: Call['hold'];
  #characters = 0;
  /** Those of them that no room is held for. */
  #apart = 0;
  #isFull = false;

  constructor(afterwards: Afterwards, count: number, show: (message: TakenMessage) => string, hold: Call['hold']) {
    this.afterwards = afterwards;
    this.#count = count;
    this.#show = show;
    this.#hold = hold;
  }

  get wantsMore(): boolean {
    return this.shown.length < this.#count && this.#characters < MOST_CHARACTERS && !this.#isFull;
  }

  take(message: TakenMessage): void {
    const text = this.#show(message);
    this.#characters += text.length;
    this.#apart += text.length;
    if (this.#apart > STEP) this.#holdAll();
    this.shown.push(text);
  }

  /** Throws HttpProblem 503 if there is no room even for the first. A later one is the last that is taken then. */
  #holdAll(): void {
    if (this.#hold(this.#apart)) this.#apart = 0;
    else if (this.shown.length === 0) throw noRoom();
    else this.#isFull = true;
  }
}

function showTaken({ body, ...message }: TakenMessage, encoding: Encoding, truncate: number): object {
  return {
    payload_bytes: body.length,
    redelivered: message.redelivered,
    exchange: message.exchange,
    routing_key: message.routingKey,
    message_count: message.left,
    properties: showProperties(message.properties),
    ...showPayload(body.subarray(0, truncate), encoding),
  };
}

/** RabbitMQ does these on a channel of its own, and tells what that was closed with; a queue that there is not is not found. */
async function told<Value>(action: () => Value | Promise<Value>, missing?: 'queue'): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message);
    if (!(error instanceof AmqpError)) throw error;
    if (missing !== undefined && error.replyName === 'NOT_FOUND') throw notFound(error.message);
    throw badRequest(withReplyCode(error));
  }
}
