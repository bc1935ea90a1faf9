/** Consumes, acknowledges as told, and checks that deliveries are numbered without a gap and that each body is one that was sent. */
import { BASIC_DELIVER } from '../../src/protocol/generated/constants.ts';
import { readU32, readU64 } from '../../src/util/bytes.ts';
import { BenchConnection, type FrameReceiver } from '../client/connection.ts';
import { ACK_BYTES, writeAck } from '../client/frames.ts';
import { MARK, MARK_BYTES } from './messages.ts';
import type { ConsumerSpec, Counters, Role } from './role.ts';
import { now, readTime, Times } from './times.ts';

const READ_BYTES = 256 * 1024;
const CHANNEL = 1;
/** Class id, weight: the body's size stands behind them. */
const BODY_SIZE_AT = 4;

export class Consumer implements Role, FrameReceiver {
  readonly #connection: BenchConnection;
  readonly #spec: ConsumerSpec;
  readonly #counters: Counters;
  readonly #times = new Times();
  #acks = Buffer.allocUnsafe(1024 * ACK_BYTES);
  #ackBytes = 0;
  /** Of the message whose content is coming, and of the last one that is whole. */
  #tag = 0;
  #wholeTag = 0;
  #unacked = 0;
  #consumed = 0;
  /** Bytes of the current body that are still to come. */
  #missing = 0;
  #readAt = 0;

  private constructor(connection: BenchConnection, spec: ConsumerSpec, counters: Counters) {
    this.#connection = connection;
    this.#spec = spec;
    this.#counters = counters;
    connection.receiver = this;
  }

  static async open(
    url: string,
    spec: ConsumerSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ): Promise<Consumer> {
    const connection = await BenchConnection.withChannel(url, { readBytes: READ_BYTES, onFailure: fail });
    const consumer = new Consumer(connection, spec, counters);
    if (spec.prefetch > 0) {
      const qos = { name: 'basic.qos', prefetchSize: 0, prefetchCount: spec.prefetch, global: false } as const;
      await connection.call(CHANNEL, qos, 'basic.qos-ok');
    }
    for (const queue of spec.queues) await consumer.#consume(queue);
    return consumer;
  }

  start(): void {
    // It consumes from the beginning.
  }

  measure(): void {
    this.#times.clear();
  }

  async stop(): Promise<void> {
    // It takes what comes until the end.
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  get times(): Uint32Array {
    return this.#times.values;
  }

  // FrameReceiver

  method(key: number, buffer: Buffer, start: number): void {
    if (key !== BASIC_DELIVER) throw new Error('a confirm where none was asked for');
    const tag = readU64(buffer, start + 5 + buffer[start + 4]);
    if (tag !== this.#tag + 1) throw new Error(`delivery ${tag} came behind ${this.#tag}`);
    this.#tag = tag;
  }

  header(buffer: Buffer, start: number): void {
    const size = readU64(buffer, start + BODY_SIZE_AT);
    if (size !== this.#spec.size) throw new Error(`a body has ${size} bytes instead of ${this.#spec.size}`);
    this.#missing = size;
    if (size === 0) this.#whole();
  }

  body(buffer: Buffer, start: number, end: number): void {
    if (this.#spec.timed && this.#missing === this.#spec.size && readU32(buffer, start) > 0) {
      this.#readAt ||= now();
      this.#times.add(this.#readAt - readTime(buffer, start));
    }
    this.#missing -= end - start;
    if (this.#missing > 0) return;
    if (readU32(buffer, end - MARK_BYTES) !== MARK)
      throw new Error('a body ends with other bytes than it was sent with');
    this.#whole();
  }

  endRead(): void {
    this.#readAt = 0;
    this.#counters.consumed = this.#consumed;
    if (this.#spec.ackEvery === 0 && this.#unacked > 0 && !this.#spec.autoAck) this.#ack(true);
    if (this.#ackBytes === 0) return;
    this.#connection.write(this.#acks.subarray(0, this.#ackBytes));
    this.#acks = Buffer.allocUnsafe(Math.max(ACK_BYTES, this.#ackBytes * 2));
    this.#ackBytes = 0;
  }

  #whole(): void {
    this.#consumed++;
    if (this.#spec.autoAck) return;
    this.#wholeTag = this.#tag;
    this.#unacked++;
    const { ackEvery } = this.#spec;
    if (ackEvery > 0 && this.#unacked >= ackEvery) this.#ack(ackEvery > 1);
  }

  #ack(multiple: boolean): void {
    if (this.#ackBytes + ACK_BYTES > this.#acks.length) {
      const grown = Buffer.allocUnsafe(this.#acks.length * 2);
      this.#acks.copy(grown, 0, 0, this.#ackBytes);
      this.#acks = grown;
    }
    this.#ackBytes = writeAck(this.#acks, this.#ackBytes, CHANNEL, this.#wholeTag, multiple);
    this.#unacked = 0;
  }

  async #consume(queue: string): Promise<void> {
    await this.#connection.call(
      CHANNEL,
      {
        name: 'basic.consume',
        queue,
        consumerTag: '',
        noLocal: false,
        noAck: this.#spec.autoAck,
        exclusive: false,
        noWait: false,
        arguments: new Map(),
      },
      'basic.consume-ok',
    );
  }
}
