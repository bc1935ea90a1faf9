/** Contents of several channels, put together from frames that come interleaved and in any pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_BUFFER_BYTES, Content } from '../../../../src/connection/input/content.ts';
import { InboundMemory, InboundQuota } from '../../../../src/connection/input/inbound-memory.ts';
import { SpareBuffers } from '../../../../src/util/spare-buffers.ts';
import { AmqpError } from '../../../../src/protocol/amqp-error.ts';
import type { FrameHandler } from '../../../../src/wire/frame-handler.ts';
import { FrameParser } from '../../../../src/wire/frame-parser.ts';
import { frames, method } from '../../../support/amqp-client/index.ts';

const BODY_MAX = 4088;

interface Sent {
  readonly routingKey: string;
  readonly messageId: string;
  readonly body: string;
}

/** What a connection does with contents, and no more. */
class Receiver implements FrameHandler {
  readonly received = new Map<number, Sent[]>();
  readonly contents = new Map<number, Content>();
  #current: Content | undefined;

  method(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#of(channel).begin(buffer, start, end);
  }

  header(channel: number, buffer: Buffer, start: number, end: number): void {
    if (this.#of(channel).header(buffer, start, end)) this.#whole(channel);
  }

  body(channel: number, buffer: Buffer, start: number, end: number, done: boolean): void {
    if (this.#of(channel).body(buffer, start, end, done)) this.#whole(channel);
  }

  heartbeat(): void {
    throw new Error('no heartbeat was sent');
  }

  endChunk(): void {
    this.#current?.leave();
    this.#current = undefined;
  }

  #of(channel: number): Content {
    let content = this.contents.get(channel);
    if (content === undefined)
      this.contents.set(
        channel,
        (content = new Content(
          new SpareBuffers(BODY_BUFFER_BYTES, 1),
          new InboundQuota(new InboundMemory(Infinity), () => {}),
        )),
      );
    if (this.#current !== content) this.#current?.leave();
    this.#current = content;
    return content;
  }

  #whole(channel: number): void {
    const { message } = this.contents.get(channel)!;
    const list = this.received.get(channel) ?? [];
    // Flags and the length come before the message id.
    const messageId = message.properties.toString('utf8', message.propertiesStart + 3, message.propertiesEnd);
    const body = message.body.toString('hex', message.bodyStart, message.bodyEnd);
    this.received.set(channel, [...list, { routingKey: message.routingKey, messageId, body }]);
  }
}

/** A message's frames; its body in frames of these sizes, again and again. */
function framesOf(channel: number, sent: Sent, sizes: readonly number[]): Buffer[] {
  const body = Buffer.from(sent.body, 'hex');
  const all = [
    frames.methodFrame(channel, method('basic.publish', { exchange: 'x', routingKey: sent.routingKey })),
    frames.headerFrame(channel, body.length, { messageId: sent.messageId }),
  ];
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length];
    all.push(frames.bodyFrame(channel, body.subarray(at, at + size)));
    at += size;
  }
  return all;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  routingKey: fc.string({ maxLength: 20 }),
  messageId: fc.string({ minLength: 1, maxLength: 20 }),
  body: fc.oneof(
    fc.constant(''),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    fc
      .tuple(fc.integer({ min: 101, max: 200_000 }), fc.nat(255))
      .map(([size, byte]) => Buffer.alloc(size, byte).toString('hex')),
  ),
});
const sizes = fc
  .array(fc.integer({ min: 1, max: BODY_MAX }), { minLength: 1, maxLength: 4 })
  .filter((all) => Math.max(...all) > 500);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe('contents', () => {
  it('are the messages that were sent, however frames are sized, channels interleaved and the stream cut', () => {
    const channels = fc.array(fc.tuple(fc.array(sent, { maxLength: 4 }), sizes), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(channels, fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }), cuts, (all, order, at) => {
        const queues = all.map(([messages, step], index) => messages.flatMap((one) => framesOf(index + 1, one, step)));
        const receiver = new Receiver();
        const parser = new FrameParser(receiver, 4096);
        for (const piece of pieces(Buffer.concat(interleave(queues, order)), at)) {
          parser.push(piece);
          receiver.endChunk();
          piece.fill(0xee);
        }
        const received = all.map((_, index) => receiver.received.get(index + 1) ?? []);
        expect(received).toEqual(all.map(([messages]) => messages));
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  it('keep nothing of a message once it is through and its chunk is done with', () => {
    const receiver = new Receiver();
    const parser = new FrameParser(receiver, 4096);
    const bytes = framesOf(1, { routingKey: 'k', messageId: 'm', body: 'ff'.repeat(10_000) }, [BODY_MAX]);
    for (const part of bytes) {
      parser.push(part);
      receiver.endChunk();
    }
    const { message } = receiver.contents.get(1)!;
    expect([message.body.length, message.properties.length, message.route.length]).toEqual([0, 0, 0]);
  });

  it('reserve memory for what came of a body, not for what was announced', () => {
    const content = new Content(
      new SpareBuffers(BODY_BUFFER_BYTES, 1),
      new InboundQuota(new InboundMemory(Infinity), () => {}),
    );
    start(content, 512 * 1024 * 1024);
    content.body(Buffer.alloc(1), 0, 1, true);
    expect(content.message.body.length).toBeLessThanOrEqual(65536);
  });

  it('are refused where they come out of order or are larger than they said', () => {
    const header = frames.headerFrame(1, 5, {}).subarray(7, -1);
    const one = Buffer.alloc(6);
    const headerDue =
      '505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead';
    expect(errorOf((content) => content.header(header, 0, header.length))).toMatch(/^505 .* expected method frame/);
    expect(errorOf((content) => content.body(one, 0, 1, true))).toMatch(/^505 .* expected method frame/);
    expect(errorOf((content) => begin(content).body(one, 0, 1, true))).toBe(headerDue);
    expect(errorOf((content) => start(content, 5).header(header, 0, header.length))).toMatch(
      /^505 .* expected content body/,
    );
    expect(errorOf((content) => start(content, 5).body(one, 0, 6, false))).toMatch(
      /^501 .* exceeds remaining content size/,
    );
    expect(errorOf((content) => start(content, 2 ** 29 + 1))).toMatch(
      /^501 .* exceeds maximum allowed size 536870912$/,
    );
    const other = frames.headerFrame(1, 5, {}, 10).subarray(7, -1);
    expect(errorOf((content) => begin(content).header(other, 0, other.length))).toMatch(
      /^505 .* got one for class 10 instead$/,
    );
  });
});

function begin(content: Content): Content {
  const publish = frames.methodPayload(method('basic.publish'));
  content.begin(publish, 0, publish.length);
  return content;
}

function start(content: Content, bodySize: number): Content {
  const header = frames.headerFrame(1, bodySize, {}).subarray(7, -1);
  begin(content).header(header, 0, header.length);
  return content;
}

function errorOf(act: (content: Content) => unknown): string {
  try {
    act(new Content(new SpareBuffers(BODY_BUFFER_BYTES, 1), new InboundQuota(new InboundMemory(Infinity), () => {})));
  } catch (error) {
    if (error instanceof AmqpError) return `${error.replyCode} ${error.replyText}`;
    throw error;
  }
  return 'none';
}

/** Takes from the queues in turn, as `order` says, each queue in its own order. */
function interleave(queues: Buffer[][], order: readonly number[]): Buffer[] {
  const open = queues.map((queue) => [...queue]).filter((queue) => queue.length > 0);
  const all: Buffer[] = [];
  for (let turn = 0; open.length > 0; turn++) {
    const index = order[turn % order.length] % open.length;
    all.push(open[index].shift()!);
    if (open[index].length === 0) open.splice(index, 1);
  }
  return all;
}

/** The pieces, each in memory of its own. */
function pieces(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = at.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => Buffer.from(bytes.subarray(from, places[index] ?? bytes.length)));
}
