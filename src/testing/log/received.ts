/** A message as a test sees it: a copy of its own, which nothing in the broker changes or waits for. */
import { inspect } from 'node:util';
import { fromFieldTable } from '../../codec/field-table.ts';
import type { BasicProperties } from '../../codec/properties.ts';
import type { ChannelIdentity } from '../../broker/events/observer.ts';
import type { Message } from '../../broker/message/message.ts';

/** The properties of a message (AMQP 0-9-1: class basic). */
export interface Properties {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** 1 transient, 2 persistent. */
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  /** Milliseconds, as decimal digits. */
  readonly expiration?: string | undefined;
  readonly messageId?: string | undefined;
  /** Seconds since 1970; a bigint if a number would lose digits. */
  readonly timestamp?: number | bigint | undefined;
  readonly type?: string | undefined;
  readonly userId?: string | undefined;
  readonly appId?: string | undefined;
  readonly clusterId?: string | undefined;
}

export interface Received<Body = unknown> {
  readonly vhost: string;
  /** The exchange that it was published to, and its routing key there. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  /** The body as JSON. Throws SyntaxError if it is none. */
  readonly json: Body;
  readonly properties: Properties;
  /** Empty if it has none. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** In message time. */
  readonly at: Date;
  /** The channel that published it; undefined for a dead letter, and what a program or the HTTP API published. */
  readonly publisher: { readonly connection: string; readonly channel: number; readonly user: string } | undefined;
}

export class ReceivedMessage<Body = unknown> implements Received<Body> {
  readonly #message: Message;
  readonly vhost: string;
  readonly at: Date;
  readonly publisher: ChannelIdentity | undefined;
  #properties: BasicProperties | undefined;

  constructor(message: Message, vhost: string, at: Date, publisher: ChannelIdentity | undefined) {
    this.#message = message.copy();
    this.#message.shared = undefined;
    this.vhost = vhost;
    this.at = at;
    this.publisher = publisher;
  }

  get exchange(): string {
    return this.#message.exchange;
  }

  get routingKey(): string {
    return this.#message.routingKey;
  }

  get body(): Buffer {
    return this.#message.body;
  }

  get text(): string {
    return this.body.toString();
  }

  get json(): Body {
    try {
      return JSON.parse(this.text) as Body;
    } catch (cause) {
      throw new SyntaxError(`the message is no JSON: ${printMessage(this)}`, { cause });
    }
  }

  get properties(): Properties {
    const { headers, ...properties } = this.#decoded;
    return headers === undefined ? properties : { ...properties, headers: fromFieldTable(headers) };
  }

  get headers(): Readonly<Record<string, unknown>> {
    return fromFieldTable(this.#decoded.headers ?? new Map());
  }

  /** True if the message has the same bytes. */
  isCopyOf({ route, routeStart, routeEnd, properties, propertiesStart, propertiesEnd, ...rest }: Message): boolean {
    const own = this.#message;
    return (
      own.body.compare(rest.body, rest.bodyStart, rest.bodyEnd) === 0 &&
      own.route.compare(route, routeStart, routeEnd) === 0 &&
      own.properties.compare(properties, propertiesStart, propertiesEnd) === 0
    );
  }

  /** A message of the broker's own with the same bytes. */
  original(): Message {
    return this.#message.copy();
  }

  get #decoded(): BasicProperties {
    return (this.#properties ??= this.#message.decodeProperties());
  }

  toJSON(): object {
    const { vhost, exchange, routingKey, properties, at } = this;
    return { vhost, exchange, routingKey, properties, body: printBody(this.body), at };
  }

  [inspect.custom](): string {
    return printMessage(this);
  }
}

/** Bytes of a body that an error shows. */
const SHOWN_BYTES = 200;

/** One line about a message. */
export function printMessage({ exchange, routingKey, body, headers }: Received): string {
  const names = Object.keys(headers);
  const with_ = names.length === 0 ? '' : `, headers ${inspect(headers, { breakLength: Infinity, depth: 2 })}`;
  return `exchange '${exchange}', routing key '${routingKey}'${with_}: ${printBody(body)}`;
}

function printBody(body: Buffer): string {
  const text = body.subarray(0, SHOWN_BYTES).toString();
  // What is no UTF-8 has this in the place of its octets.
  const shown = text.includes('\uFFFD') ? `0x${body.toString('hex', 0, SHOWN_BYTES / 2)}` : text;
  return body.length > SHOWN_BYTES ? `${shown}... (${body.length} bytes)` : shown;
}
