/** The wire: methods, properties and frames. */
import { ByteWriter } from '../../src/codec/byte-writer.ts';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { decodeProperties, encodeProperties, readDeliveryMode } from '../../src/codec/properties.ts';
import type { Method } from '../../src/protocol/generated/methods.ts';
import type { FrameHandler } from '../../src/wire/frame-handler.ts';
import { FrameParser } from '../../src/wire/frame-parser.ts';
import { decodeMethod, encodeMethod } from '../../src/wire/generated/method-codec.ts';
import { publishFrames } from '../client/frames.ts';
import type { Micro } from './loop.ts';

const METHODS: readonly Method[] = [
  { name: 'basic.publish', exchange: 'orders', routingKey: 'order.created', mandatory: false, immediate: false },
  { name: 'basic.ack', deliveryTag: 123_456, multiple: true },
  {
    name: 'basic.deliver',
    consumerTag: 'amq.ctag-1',
    deliveryTag: 123_456,
    redelivered: false,
    exchange: 'orders',
    routingKey: 'order.created',
  },
];

const ROUNDS = 1000;

function encoded(method: Method): Buffer {
  const out = new ByteWriter();
  encodeMethod(out, method);
  return Buffer.from(out.take());
}

const decoding: Micro[] = METHODS.map((method) => ({
  name: `decode ${method.name}`,
  description: 'from the payload of a method frame to an object',
  prepare: () => {
    const payload = encoded(method);
    return {
      operations: ROUNDS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < ROUNDS; i++) sum += decodeMethod(payload, 0, payload.length).name.length;
        return sum;
      },
    };
  },
}));

const encoding: Micro[] = METHODS.map((method) => ({
  name: `encode ${method.name}`,
  description: 'from an object to the payload of a method frame',
  prepare: () => {
    const out = new ByteWriter();
    return {
      operations: ROUNDS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < ROUNDS; i++) {
          encodeMethod(out, method);
          sum += out.length;
          out.take();
        }
        return sum;
      },
    };
  },
}));

const PROPERTIES = encodeProperties({
  contentType: 'application/json',
  deliveryMode: 2,
  headers: toFieldTable({ tenant: 'acme', attempt: 3 }),
  messageId: '6f1c3b1e-9a51-4a3b-8c1e-6c5f0a3b2d11',
});

const properties: Micro[] = [
  {
    name: 'read delivery mode',
    description: 'one property of four, without decoding the others',
    prepare: () => ({
      operations: ROUNDS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < ROUNDS; i++) sum += readDeliveryMode(PROPERTIES, 0, PROPERTIES.length);
        return sum;
      },
    }),
  },
  {
    name: 'decode properties',
    description: 'four properties, one of them headers with two fields',
    prepare: () => ({
      operations: ROUNDS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < ROUNDS; i++) sum += decodeProperties(PROPERTIES, 0, PROPERTIES.length).deliveryMode ?? 0;
        return sum;
      },
    }),
  },
];

class Counting implements FrameHandler {
  frames = 0;
  bytes = 0;

  method(_channel: number, _buffer: Buffer, start: number, end: number): void {
    this.#count(start, end);
  }

  header(_channel: number, _buffer: Buffer, start: number, end: number): void {
    this.#count(start, end);
  }

  body(_channel: number, _buffer: Buffer, start: number, end: number): void {
    this.#count(start, end);
  }

  heartbeat(): void {
    this.frames++;
  }

  #count(start: number, end: number): void {
    this.frames++;
    this.bytes += end - start;
  }
}

const CHUNK = 65536;

const parsing: Micro[] = [16, 1024].map((size) => ({
  name: `parse ${size} B messages`,
  description: 'basic.publish, header and body, in chunks of 64 KiB that cut frames; an operation is a message',
  prepare: () => {
    const message = { exchange: '', routingKey: 'queue', properties: {}, body: Buffer.alloc(size) };
    const { bytes } = publishFrames(1, message, 131072);
    const messages = Math.ceil((CHUNK * 16) / bytes.length);
    const stream = Buffer.concat(Array.from({ length: messages }, () => bytes));
    const handler = new Counting();
    const parser = new FrameParser(handler, 131072);
    return {
      operations: messages,
      run: () => {
        for (let at = 0; at < stream.length; at += CHUNK) parser.push(stream.subarray(at, at + CHUNK));
        return handler.frames;
      },
    };
  },
}));

export const codec: readonly Micro[] = [...decoding, ...encoding, ...properties, ...parsing];
