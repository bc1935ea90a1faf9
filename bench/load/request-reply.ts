/** Both sides of a request by direct reply-to (RabbitMQ: Direct Reply-to): one request at a time, timed. */
import { findProperty } from '../../src/codec/properties.ts';
import { BASIC_DELIVER, PROPERTY_REPLY_TO } from '../../src/protocol/generated/constants.ts';
import { BenchConnection, type FrameReceiver } from '../client/connection.ts';
import { publishFrames } from '../client/frames.ts';
import type { Counters, RequesterSpec, ResponderSpec, Role } from './role.ts';
import { now, Times } from './times.ts';

const REPLY_TO = 'amq.rabbitmq.reply-to';
/** Where the properties begin in a content header. */
const PROPERTIES_AT = 12;

async function consume(connection: BenchConnection, queue: string): Promise<void> {
  const consume = { name: 'basic.consume', queue, consumerTag: '', noLocal: false, noAck: true } as const;
  await connection.call(1, { ...consume, exclusive: false, noWait: false, arguments: new Map() }, 'basic.consume-ok');
}

export class Requester implements Role, FrameReceiver {
  readonly #connection: BenchConnection;
  readonly #counters: Counters;
  readonly #request: Buffer;
  readonly #size: number;
  readonly #times = new Times();
  #running = false;
  #askedAt = 0;
  #count = 0;
  #onAnswer: (() => void) | undefined;

  private constructor(connection: BenchConnection, spec: RequesterSpec, counters: Counters) {
    this.#connection = connection;
    this.#counters = counters;
    this.#size = spec.size;
    const body = Buffer.alloc(spec.size);
    const message = { exchange: '', routingKey: spec.queue, properties: { replyTo: REPLY_TO }, body };
    this.#request = publishFrames(1, message, connection.frameMax).bytes;
    connection.receiver = this;
  }

  static async open(url: string, spec: RequesterSpec, counters: Counters, onFailure: (error: Error) => void) {
    const connection = await BenchConnection.withChannel(url, { onFailure });
    const requester = new Requester(connection, spec, counters);
    await consume(connection, REPLY_TO);
    return requester;
  }

  start(): void {
    this.#running = true;
    this.#ask();
  }

  measure(): void {
    this.#times.clear();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => (this.#onAnswer = resolve));
    this.#running = false;
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  get times(): Uint32Array {
    return this.#times.values;
  }

  method(key: number): void {
    if (key !== BASIC_DELIVER) throw new Error('a confirm where none was asked for');
  }

  header(): void {
    // The body tells.
  }

  body(_buffer: Buffer, start: number, end: number): void {
    if (end - start !== this.#size) throw new Error(`a reply has ${end - start} bytes instead of ${this.#size}`);
    this.#times.add(now() - this.#askedAt);
    this.#counters.consumed = ++this.#count;
  }

  endRead(): void {
    if (this.#counters.published !== this.#count || this.#count === 0) return;
    this.#onAnswer?.();
    if (this.#running && this.#onAnswer === undefined) this.#ask();
  }

  #ask(): void {
    this.#counters.published = this.#count + 1;
    this.#askedAt = now();
    this.#connection.write(this.#request);
  }
}

export class Responder implements Role, FrameReceiver {
  readonly #connection: BenchConnection;
  #replyTo = '';

  private constructor(connection: BenchConnection) {
    this.#connection = connection;
    connection.receiver = this;
  }

  static async open(url: string, spec: ResponderSpec, onFailure: (error: Error) => void): Promise<Responder> {
    const connection = await BenchConnection.withChannel(url, { onFailure });
    const responder = new Responder(connection);
    await consume(connection, spec.queue);
    return responder;
  }

  start(): void {
    // It answers when asked.
  }

  async stop(): Promise<void> {
    // It answers until the end.
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  method(): void {
    // The header tells whom to answer.
  }

  header(buffer: Buffer, start: number, end: number): void {
    const at = findProperty(buffer, start + PROPERTIES_AT, end, PROPERTY_REPLY_TO);
    this.#replyTo = buffer.toString('latin1', at + 1, at + 1 + buffer[at]);
  }

  body(buffer: Buffer, start: number, end: number): void {
    const body = buffer.subarray(start, end);
    const reply = { exchange: '', routingKey: this.#replyTo, properties: {}, body };
    this.#connection.write(publishFrames(1, reply, this.#connection.frameMax).bytes);
  }

  endRead(): void {
    // Answered as they came.
  }
}
