/** The frame parser: the same frames however the stream is cut, RabbitMQ's error for every broken one, pausing and stopping. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import type { FrameHandler } from '../../../src/wire/frame-handler.ts';
import { FrameParser } from '../../../src/wire/frame-parser.ts';
import { frames } from '../../support/amqp-client/index.ts';

const FRAME_MAX = 4096;

interface Told {
  readonly type: string;
  readonly channel: number;
  readonly payload: string;
}

/** Notes frames as they become whole, and says so after each. */
class Listener implements FrameHandler {
  readonly told: Told[] = [];
  /** Body bytes of a frame that is not done, by what came of it. */
  #body = '';
  onFrame: () => void = () => {};

  method(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#note('method', channel, buffer.toString('hex', start, end));
  }

  header(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#note('header', channel, buffer.toString('hex', start, end));
  }

  body(channel: number, buffer: Buffer, start: number, end: number, done: boolean): void {
    this.#body += buffer.toString('hex', start, end);
    if (!done) return;
    const payload = this.#body;
    this.#body = '';
    this.#note('body', channel, payload);
  }

  heartbeat(): void {
    this.#note('heartbeat', 0, '');
  }

  #note(type: string, channel: number, payload: string): void {
    this.told.push({ type, channel, payload });
    this.onFrame();
  }
}

const TYPES: Readonly<Record<string, number>> = {
  method: frames.METHOD,
  header: frames.HEADER,
  body: frames.BODY,
  heartbeat: frames.HEARTBEAT,
};

const frame: fc.Arbitrary<Told> = fc.oneof(
  fc.constant({ type: 'heartbeat', channel: 0, payload: '' }),
  fc.record({
    type: fc.constantFrom('method', 'header', 'body'),
    channel: fc.integer({ min: 1, max: 65535 }),
    // Method frames hold class and method id at least, content headers class, weight and size.
    payload: fc.uint8Array({ minLength: 14, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
);
const stream = fc.array(frame, { maxLength: 20 });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

function encode(all: readonly Told[]): Buffer {
  return Buffer.concat(
    all.map(({ type, channel, payload }) => frames.encodeFrame(TYPES[type], channel, Buffer.from(payload, 'hex'))),
  );
}

/** The pieces, each in memory of its own that is overwritten once it was pushed. */
function pieces(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = at.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => Buffer.from(bytes.subarray(from, places[index] ?? bytes.length)));
}

function pushAll(parser: FrameParser, chunks: readonly Buffer[]): void {
  for (const chunk of chunks) {
    parser.push(chunk);
    chunk.fill(0xee);
  }
}

function errorOf(...chunks: Buffer[]): string {
  const parser = new FrameParser(new Listener(), FRAME_MAX);
  try {
    for (const chunk of chunks) parser.push(chunk);
  } catch (error) {
    if (error instanceof AmqpError) return `${error.replyCode} ${error.replyText}`;
    throw error;
  }
  return 'none';
}

/** The error must be the same with the stream in one piece and with each octet by itself. */
function expectError(bytes: Buffer, expected: string): void {
  expect(errorOf(bytes)).toBe(expected);
  expect(errorOf(...Array.from(bytes, (byte) => Buffer.from([byte])))).toBe(expected);
}

describe('a stream of frames', () => {
  it('gives the same frames wherever it is cut', () => {
    fc.assert(
      fc.property(stream, cuts, (all, at) => {
        const listener = new Listener();
        pushAll(new FrameParser(listener, FRAME_MAX), pieces(encode(all), at));
        expect(listener.told).toEqual(all);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('gives the same frames octet by octet', () => {
    fc.assert(
      fc.property(stream, (all) => {
        const listener = new Listener();
        pushAll(
          new FrameParser(listener, FRAME_MAX),
          Array.from(encode(all), (byte) => Buffer.from([byte])),
        );
        expect(listener.told).toEqual(all);
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  it('gives no frame while the parser is paused, in the middle of a chunk too, and all of them once it is resumed', () => {
    fc.assert(
      fc.property(stream, cuts, fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (all, at, pauses) => {
        const listener = new Listener();
        const parser = new FrameParser(listener, FRAME_MAX);
        let paused = false;
        listener.onFrame = () => {
          expect(paused).toBe(false);
          paused = pauses[listener.told.length % pauses.length];
          if (paused) parser.pause();
        };
        for (const chunk of pieces(encode(all), at)) {
          parser.push(chunk);
          while (paused) {
            paused = false;
            parser.resume();
          }
        }
        expect(listener.told).toEqual(all);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('is ignored once the parser was stopped, from the next frame on, wherever it is cut', () => {
    fc.assert(
      fc.property(stream, cuts, fc.nat(20), (all, at, count) => {
        const listener = new Listener();
        const parser = new FrameParser(listener, FRAME_MAX);
        listener.onFrame = () => {
          if (listener.told.length > count) parser.stop();
        };
        pushAll(parser, pieces(encode(all), at));
        expect(listener.told).toEqual(all.slice(0, count + 1));
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('is not looked at any more after a stop, though a broken frame was under way', () => {
    const parser = new FrameParser(new Listener(), FRAME_MAX);
    const tooLarge = Buffer.from([frames.BODY, 0, 1, 0, 0, 0x20, 0]);
    expect(() => parser.push(tooLarge)).toThrow(AmqpError);
    parser.stop();
    parser.push(Buffer.alloc(20_000));
  });
});

describe('a broken frame is refused in the words of RabbitMQ', () => {
  const payload = Buffer.from([0, 20, 0, 20, 1]);

  it('when its end octet is another one', () => {
    const text = '501 FRAME_ERROR - type 1, all octets = <<0,20,0,20,1>>: {invalid_frame_end_marker,205}';
    expectError(frames.encodeFrame(frames.METHOD, 1, payload, 205), text);
  });

  it('when its type is unknown', () => {
    expectError(
      frames.encodeFrame(9, 1, Buffer.from('abc')),
      '501 FRAME_ERROR - type 9, all octets = <<"abc">>: unknown_frame',
    );
  });

  it('when it is a heartbeat on a channel', () => {
    expectError(
      frames.encodeFrame(frames.HEARTBEAT, 1, Buffer.alloc(0)),
      '505 UNEXPECTED_FRAME - type 8, all octets = <<>>',
    );
  });

  it('when it is too large, as soon as its head is there', () => {
    for (const type of [frames.METHOD, frames.HEADER, frames.BODY]) {
      const head = Buffer.from([type, 0, 1, 0, 0, 0x10, 0x01]);
      expectError(head, `501 FRAME_ERROR - type ${type}, all octets = <<>>: {frame_too_large,4097,4088}`);
    }
    const huge = Buffer.from([1, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    expectError(huge, '501 FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,4294967295,4088}');
  });

  it('but not when its payload alone has the size of the largest frame, for RabbitMQ takes that', () => {
    expectError(frames.encodeFrame(frames.BODY, 1, Buffer.alloc(FRAME_MAX)), 'none');
  });
});

it('random bytes give frames or an AmqpError, and never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, at) => {
      const whole = errorOf(Buffer.from(bytes));
      expect(errorOf(...pieces(Buffer.from(bytes), at)).split(' ')[0]).toBe(whole.split(' ')[0]);
    }),
    { seed: 8, numRuns: 500 },
  );
});
