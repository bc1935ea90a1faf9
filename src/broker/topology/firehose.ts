/**
 * A vhost that is traced (RabbitMQ: Firehose Tracer): each message that a client publishes there, or is given, is told to the exchange
 * amq.rabbitmq.trace, as a message of its own with the routing key `publish.EXCHANGE` or `deliver.QUEUE`. That is made while the other is on its way,
 * and sent when the turn is over. What passed amq.rabbitmq.trace itself is not told.
 */
import { type BasicProperties, encodeProperties } from '../../codec/properties.ts';
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { beginningOf } from '../../protocol/shortstr.ts';
import type { Clock } from '../../util/clock.ts';
import { attemptEach } from '../../util/guard.ts';
import type { ChannelIdentity, Observer } from '../events/observer.ts';
import { Message, NO_BYTES } from '../message/message.ts';
import { furtherRoutingKeys } from '../message/routing-headers.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';

const EXCHANGE = 'amq.rabbitmq.trace';

/** The vhost, as its messages are told. */
export interface TracedVhost {
  readonly name: string;
  readonly node: { readonly clock: Clock; readonly name: string };
  exchange(name: string): Exchange | undefined;
  sendThrough(exchange: Exchange, message: Message): void;
}

interface PublishedMessage {
  readonly message: Message;
  readonly by: ChannelIdentity | undefined;
  readonly routingKeys: readonly string[];
}

export class Firehose {
  readonly #vhost: TracedVhost;
  readonly #fault: (error: unknown) => void;
  /** What is being published, until its way is known, which is in the same call. */
  #published: PublishedMessage | undefined;
  #waiting: Message[] = [];

  /** `fault`: told what goes wrong when a message is told. */
  constructor(vhost: TracedVhost, fault: (error: unknown) => void) {
    this.#vhost = vhost;
    this.#fault = fault;
  }

  readonly observer: Observer = (event) => {
    const published = this.#published;
    this.#published = undefined;
    if (event.type !== 'published' && event.type !== 'routed' && event.type !== 'delivered') return;
    const { message } = event;
    if (this.#exchange === undefined || message.exchange === EXCHANGE) return;
    switch (event.type) {
      case 'published':
        this.#published = { message, by: event.by, routingKeys: routingKeysOf(message) };
        return;
      case 'routed': {
        if (published?.message !== message) return;
        const queues: FieldValue = { type: 'array', value: event.queues.map(longstr) };
        return this.#tell(`publish.${message.exchange}`, published, (whose) => [...whose, ['routed_queues', queues]]);
      }
      case 'delivered': {
        const delivered = { message, by: event.by, routingKeys: routingKeysOf(message) };
        const redelivered: FieldValue = { type: 'signedint', value: event.redelivered ? 1 : 0 };
        return this.#tell(`deliver.${event.queue}`, delivered, (whose) => [['redelivered', redelivered], ...whose]);
      }
    }
  };

  /** Undefined if nothing is bound to it: then nobody is told anything. */
  get #exchange(): Exchange | undefined {
    const exchange = this.#vhost.exchange(EXCHANGE);
    return exchange?.bound === true ? exchange : undefined;
  }

  /** `further`: the headers that say by whom, with those of this kind of message among them. */
  #tell(
    routingKey: string,
    { message, by, routingKeys }: PublishedMessage,
    further: (whose: readonly Header[]) => readonly Header[],
  ): void {
    const whose: readonly Header[] = [
      ['vhost', longstr(this.#vhost.name)],
      ['connection', longstr(by?.connection ?? '')],
      ['channel', { type: 'signedint', value: by?.channel ?? 0 }],
      ['user', longstr(by?.user ?? '')],
    ];
    const headers = new Map<string, FieldValue>([
      ['exchange_name', longstr(message.exchange)],
      ['routing_keys', { type: 'array', value: routingKeys.map(longstr) }],
      ['properties', { type: 'table', value: tableOf(message.decodeProperties()) }],
      ['node', longstr(this.#vhost.node.name)],
      ...further(whose),
    ]);
    const told = new Message();
    told.setRoute(EXCHANGE, beginningOf(routingKey));
    told.setProperties(encodeProperties({ headers }));
    told.setBody(message.isWhole ? Buffer.from(message.body.subarray(message.bodyStart, message.bodyEnd)) : NO_BYTES);
    if (this.#waiting.push(told) === 1) this.#vhost.node.clock.soon(() => this.#send());
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    attemptEach(this.#fault, waiting, (message) => this.#vhost.sendThrough(exchange, message));
  }
}

type Header = readonly [name: string, value: FieldValue];

function longstr(value: string): FieldValue {
  return { type: 'longstr', value };
}

function routingKeysOf(message: Message): readonly string[] {
  return [message.routingKey, ...furtherRoutingKeys(message)];
}

/** By the names that the specification has for properties. */
function tableOf(properties: BasicProperties): FieldTable {
  const fields = Object.entries(properties).map(([name, value]): Header => {
    const specified = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [specified, fieldOf(specified, value as string | number | bigint | FieldTable)];
  });
  return new Map(fields);
}

function fieldOf(name: string, value: string | number | bigint | FieldTable): FieldValue {
  if (typeof value === 'string') return longstr(value);
  if (typeof value === 'object') return { type: 'table', value };
  return name === 'timestamp' ? { type: 'timestamp', value } : { type: 'signedint', value };
}
