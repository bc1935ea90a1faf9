/**
 * One channel of the raw test client, with short forms for what most tests do.
 */
import assert from 'node:assert/strict';
import type { BasicProperties } from '../../../src/codec/properties.ts';
import { toFieldTable } from '../../../src/codec/field-table.ts';
import type { MethodByName } from '../../../src/protocol/generated/methods.ts';
import type { AmqpClient } from './client.ts';
import { contentFrames, HEADER, methodFrame } from './frames.ts';
import { NextEvent } from './next-event.ts';
import { PATIENCE } from '../patience.ts';
import { assertReply, describe, type Received } from './inbox.ts';
import { method, type Fields, type MethodName, type ReplyName } from './methods.ts';

/** A message as a test wants to see it. */
export interface Message {
  readonly body: string;
  readonly properties: BasicProperties;
  /** The properties as they came. */
  readonly octets: Buffer;
  /** Payload octets of each body frame. */
  readonly frames: readonly number[];
  readonly exchange: string;
  readonly routingKey: string;
}

export interface Delivery extends Message {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly consumerTag: string;
}

export interface Got extends Message {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly messageCount: number;
}

export interface Returned extends Message {
  readonly replyCode: number;
  readonly replyText: string;
}

export interface PublishOptions extends Omit<BasicProperties, 'headers'> {
  readonly exchange?: string;
  readonly mandatory?: boolean;
  readonly immediate?: boolean;
  /** Plain values; strings become longstr, integers signedint or long. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

export class AmqpChannel {
  readonly client: AmqpClient;
  readonly number: number;

  constructor(client: AmqpClient, number: number) {
    this.client = client;
    this.number = number;
  }

  send<N extends MethodName>(name: N, fields?: Fields<N>): this {
    this.client.send(this.number, name, fields);
    return this;
  }

  /** Sends a content header with this payload. */
  sendHeader(payload: Uint8Array): this {
    this.client.sendFrame(HEADER, this.number, payload);
    return this;
  }

  /** Sends a synchronous method and takes its answer, which must be the next method on this channel. */
  async call<N extends MethodName>(name: N, fields?: Fields<N>): Promise<MethodByName[ReplyName<N>]> {
    this.send(name, fields);
    return this.expect(`${name}-ok` as ReplyName<N>);
  }

  async expect<N extends MethodName>(name: N, deadline = PATIENCE): Promise<MethodByName[N]> {
    return this.client.expect(name, this.number, deadline);
  }

  /** Expects a soft error, answers it, and proves the connection untouched by opening the same channel number again. */
  async expectClose(replyCode: number, replyText: string | RegExp): Promise<MethodByName['channel.close']> {
    const close = await this.expect('channel.close');
    assertReply(close, replyCode, replyText);
    this.send('channel.close-ok');
    await this.call('channel.open');
    return close;
  }

  /** Proves by round trips that nothing has arrived: through `queue`'s own order where it is named. */
  async expectNothing(queue?: string): Promise<void> {
    // Twice, because a broker may answer the first while a delivery waits in the channel's own mailbox.
    for (let turn = 0; turn < 2; turn++) {
      if (queue === undefined) await this.call('channel.flow', { active: true });
      else await this.call('queue.declare', { queue, passive: true });
    }
  }

  async close(): Promise<void> {
    await this.call('channel.close', { replyCode: 200, replyText: 'bye' });
  }

  /** Declares a queue, exclusive unless told otherwise, and gives its name. */
  async queue(queue = '', fields: Fields<'queue.declare'> = {}): Promise<string> {
    return (await this.call('queue.declare', { queue, exclusive: true, ...fields })).queue;
  }

  /** Declares an exchange, auto-deleted unless told otherwise. */
  async exchange(exchange: string, type = 'direct', fields: Fields<'exchange.declare'> = {}): Promise<string> {
    await this.call('exchange.declare', { exchange, type, autoDelete: true, ...fields });
    return exchange;
  }

  async bind(queue: string, exchange: string, routingKey = '', args: Record<string, unknown> = {}): Promise<void> {
    await this.call('queue.bind', { queue, exchange, routingKey, arguments: args });
  }

  publish(routingKey: string, body: string | Buffer = '', options: PublishOptions = {}): this {
    const { exchange = '', mandatory = false, immediate = false, headers, ...rest } = options;
    const properties: BasicProperties = headers === undefined ? rest : { ...rest, headers: toFieldTable(headers) };
    const publish = method('basic.publish', { exchange, routingKey, mandatory, immediate });
    const content = contentFrames(this.number, Buffer.from(body), properties, this.client.frameMax);
    this.client.write(Buffer.concat([methodFrame(this.number, publish), content]));
    return this;
  }

  /** Publishes an empty message with these octets as its properties. */
  publishOctets(exchange: string, routingKey: string, properties: Uint8Array, mandatory = false): this {
    const header = Buffer.concat([Buffer.from([0, 60, ...Buffer.alloc(10)]), properties]);
    return this.send('basic.publish', { exchange, routingKey, mandatory }).sendHeader(header);
  }

  /** Counts that a passive declare gives. RabbitMQ may answer before it has enqueued what was published just now. */
  async counts(queue: string): Promise<{ messages: number; consumers: number }> {
    const ok = await this.call('queue.declare', { queue, passive: true });
    return { messages: ok.messageCount, consumers: ok.consumerCount };
  }

  /**
   * Waits until the counts are these: a barrier for messages that other channels published too. It asks again whenever something happens in a broker
   * of this process, and of another broker at once.
   */
  async expectCounts(queue: string, expected: { messages?: number; consumers?: number }): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE);
    const end = Date.now() + PATIENCE;
    try {
      for (;;) {
        using next = new NextEvent(this.client.url);
        const counts = await this.counts(queue);
        const { messages = counts.messages, consumers = counts.consumers } = expected;
        if (counts.messages === messages && counts.consumers === consumers) return;
        if (Date.now() >= end) assert.deepEqual(counts, { messages, consumers });
        await Promise.race([next.happened, over]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes a message by basic.get; undefined when the queue is empty. */
  async get(queue: string, noAck = false): Promise<Got | undefined> {
    this.send('basic.get', { queue, noAck });
    const received = await this.client.inbox.next(this.number, 'basic.get-ok');
    if (received.method.name === 'basic.get-empty') return undefined;
    assert.equal(received.method.name, 'basic.get-ok', `expected basic.get-ok but got ${describe(received)}`);
    const { deliveryTag, redelivered, messageCount } = received.method;
    return { ...message(received), deliveryTag, redelivered, messageCount };
  }

  /** Bodies of all ready messages, taken without acknowledgement. */
  async drain(queue: string): Promise<string[]> {
    const bodies: string[] = [];
    for (let got = await this.get(queue, true); got !== undefined; got = await this.get(queue, true))
      bodies.push(got.body);
    return bodies;
  }

  /** Starts a consumer and gives its tag. */
  async consume(queue: string, fields: Fields<'basic.consume'> = {}): Promise<string> {
    return (await this.call('basic.consume', { queue, ...fields })).consumerTag;
  }

  /** The next method of this channel, which must be a delivery. */
  async delivery(deadline = PATIENCE): Promise<Delivery> {
    const received = await this.client.inbox.next(this.number, 'basic.deliver', deadline);
    assert.equal(received.method.name, 'basic.deliver', `expected basic.deliver but got ${describe(received)}`);
    const { deliveryTag, redelivered, consumerTag } = received.method;
    return { ...message(received), deliveryTag, redelivered, consumerTag };
  }

  async deliveries(count: number): Promise<Delivery[]> {
    const all: Delivery[] = [];
    while (all.length < count) all.push(await this.delivery());
    return all;
  }

  /** The next method of this channel, which must be a return. */
  async returned(): Promise<Returned> {
    const received = await this.client.inbox.next(this.number, 'basic.return');
    assert.equal(received.method.name, 'basic.return', `expected basic.return but got ${describe(received)}`);
    const { replyCode, replyText } = received.method;
    return { ...message(received), replyCode, replyText };
  }

  /** Takes acks and nacks until the publishes `from` to `to` are settled; gives the numbers that were nacked. */
  async confirmed(from: number, to: number): Promise<{ nacked: number[] }> {
    const open = new Set(Array.from({ length: to - from + 1 }, (_, index) => from + index));
    const nacked: number[] = [];
    while (open.size > 0) {
      const { method: got } = await this.client.inbox.next(this.number, 'basic.ack');
      if (got.name !== 'basic.ack' && got.name !== 'basic.nack')
        throw new Error(`expected a confirm but got ${got.name}`);
      const numbers = got.multiple ? [...open].filter((number) => number <= got.deliveryTag) : [got.deliveryTag];
      for (const number of numbers) {
        assert.ok(open.delete(number), `publish ${number} was not waiting for a confirm`);
        if (got.name === 'basic.nack') nacked.push(number);
      }
    }
    return { nacked };
  }

  ack(deliveryTag: number, multiple = false): this {
    return this.send('basic.ack', { deliveryTag, multiple });
  }

  nack(deliveryTag: number, { multiple = false, requeue = true } = {}): this {
    return this.send('basic.nack', { deliveryTag, multiple, requeue });
  }

  reject(deliveryTag: number, requeue = true): this {
    return this.send('basic.reject', { deliveryTag, requeue });
  }
}

function message({ method: got, content }: Received): Message {
  const { exchange, routingKey } = got as { exchange: string; routingKey: string };
  return {
    body: content!.body.toString(),
    properties: content!.properties,
    octets: content!.octets,
    frames: content!.frames,
    exchange,
    routingKey,
  };
}
