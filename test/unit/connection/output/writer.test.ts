/** A connection's output: the frames that were written come out whole and in order, whatever their sizes and the flushes between. */
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pins } from '../../../../src/broker/message/pins.ts';
import { ConnectionCounters } from '../../../../src/broker/events/counters.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import { encodeProperties } from '../../../../src/codec/properties.ts';
import { OutputBuffers } from '../../../../src/connection/output/output-buffers.ts';
import { plainTransport } from '../../../../src/connection/transport.ts';
import { Writer } from '../../../../src/connection/output/writer.ts';
import { decodeMethod } from '../../../../src/wire/generated/method-codec.ts';
import { frames } from '../../../support/amqp-client/index.ts';

const MiB = 1024 * 1024;
const TAG = Buffer.from('\x03tag');
const ENDS = { peerHost: '', peerPort: 0, host: '', port: 0 };

type WriteCallback = (error: Error | null) => void;

interface Waiting {
  readonly bytes: Buffer;
  readonly then: WriteCallback | undefined;
}

/** Takes everything at once, or nothing until it is asked to. */
class MessageTarget extends EventEmitter {
  readonly #taken: Buffer[] = [];
  #waiting: Waiting[] = [];
  stuck = false;

  get writableLength(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  get writableNeedDrain(): boolean {
    return this.writableLength > 16_384;
  }

  write(bytes: Buffer, then?: WriteCallback): void {
    this.#waiting.push({ bytes, then });
    if (!this.stuck) this.take();
  }

  cork(): void {}
  uncork(): void {}

  take(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { bytes, then } of waiting) {
      // What is taken is copied, as the system does; what waits is read later.
      this.#taken.push(Buffer.from(bytes));
      then?.(null);
    }
  }

  /** The peer is gone. */
  fail(): void {
    for (const { then } of this.#waiting) then?.(new Error('ECONNRESET'));
  }

  get frames(): frames.Frame[] {
    return [...new frames.FrameReader().read(Buffer.concat(this.#taken))];
  }
}

function messageOf(body: Buffer): Message {
  const message = new Message();
  message.route = Buffer.from('\x01x\x03key');
  message.routeEnd = message.route.length;
  message.properties = encodeProperties({ messageId: 'm' });
  message.propertiesEnd = message.properties.length;
  message.body = body;
  message.bodyEnd = body.length;
  return message;
}

function opened(buffers = new OutputBuffers()) {
  const socket = new MessageTarget();
  let wakes = 0;
  const counters = new ConnectionCounters();
  const writer = new Writer(plainTransport(socket as unknown as Socket, ENDS), buffers, counters, () => wakes++);
  writer.setFrameMax(131_072);
  return { socket, writer, counters, wakes: () => wakes };
}

/** The bodies of the deliveries, each put together from its frames. */
function bodiesOf(all: readonly frames.Frame[]): string[] {
  const bodies: string[] = [];
  for (const { type, payload } of all) {
    if (type === frames.HEADER) bodies.push('');
    if (type === frames.BODY) bodies.push(bodies.pop()! + payload.toString('hex'));
  }
  return bodies;
}

describe('output', () => {
  it('is the frames that were written, in order, none larger than was agreed', () => {
    const size = fc.oneof(fc.nat(100), fc.nat(20_000), fc.constantFrom(0, 4088, 4089, 8191, 8192, 65536, 300_000));
    const steps = fc.array(fc.tuple(fc.constantFrom('deliver', 'deliver', 'method', 'flush', 'stick', 'take'), size), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, fc.constantFrom(4096, 16_384, 131_072), (all, frameMax) => {
        const { socket, writer } = opened();
        writer.setFrameMax(frameMax);
        const bodies: string[] = [];
        const channels: number[] = [];
        all.forEach(([step, bytes], index) => {
          if (step === 'deliver') {
            const body = Buffer.alloc(bytes, index + 1);
            bodies.push(body.toString('hex'));
            channels.push(index + 1);
            writer.deliver(index + 1, TAG, index, false, messageOf(body));
          } else if (step === 'method') {
            channels.push(index + 1);
            writer.method(index + 1, { name: 'basic.cancel-ok', consumerTag: 't' });
          } else if (step === 'flush') writer.flush();
          else if (step === 'stick') socket.stuck = true;
          else {
            socket.stuck = false;
            socket.take();
          }
        });
        socket.take();
        socket.stuck = false;
        writer.flush();
        const written = socket.frames;
        expect(bodiesOf(written)).toEqual(bodies);
        expect(written.filter(({ type }) => type === frames.METHOD).map(({ channel }) => channel)).toEqual(channels);
        for (const { payload } of written) expect(payload.length + frames.FRAME_OVERHEAD).toBeLessThanOrEqual(frameMax);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  it('asks to be flushed once, until it was', () => {
    const { writer, counters, wakes } = opened();
    writer.heartbeat();
    writer.heartbeat();
    expect(wakes()).toBe(1);
    writer.flush();
    writer.flush();
    expect(counters).toMatchObject({ sendOct: 16, sendCnt: 1 });
    writer.heartbeat();
    expect(wakes()).toBe(2);
  });

  it('tells deliveries to wait when a turn has enough of them, and while the peer does not take what it was sent', () => {
    const { socket, writer } = opened();
    const message = messageOf(Buffer.alloc(100_000));
    expect(writer.full).toBe(false);
    for (let count = 0; count < 6; count++) writer.deliver(1, TAG, 1, false, message);
    expect(writer.full).toBe(true);
    writer.flush();
    expect([writer.full, writer.congested, writer.pending]).toEqual([false, false, 0]);
    socket.stuck = true;
    writer.deliver(1, TAG, 1, false, message);
    writer.flush();
    expect([writer.full, writer.congested]).toEqual([true, true]);
    expect(writer.pending).toBeGreaterThan(100_000);
    socket.take();
    writer.drain();
    expect([writer.full, writer.congested, writer.pending]).toEqual([false, false, 0]);
  });

  it('tells that the peer takes something, be it a part of one large write', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    const writer = new Writer(plainTransport(socket, ENDS), new OutputBuffers(), new ConnectionCounters(), () => {});
    writer.raw(Buffer.alloc(64 * MiB));
    writer.flush();
    const before = writer.taken;
    let read = 0;
    for await (const chunk of peer) if ((read += (chunk as Buffer).length) > 32 * MiB) break;
    expect([writer.congested, writer.taken > before]).toEqual([true, true]);
    socket.destroy();
    server.close();
  });

  describe('of large bodies that lie in a queue', () => {
    /** Its memory is wiped when nothing of it is pinned. */
    function pinned(bytes: number, fill: string) {
      const message = messageOf(Buffer.alloc(bytes, fill));
      const pins = (message.pins = new Pins());
      let over = false;
      return {
        message,
        unrefer: () =>
          pins.whenUnpinned(() => {
            over = true;
            message.body.fill(0);
          }),
        over: () => over,
      };
    }

    const hex = (bytes: number, fill: string) => Buffer.alloc(bytes, fill).toString('hex');

    it('keeps their memory pinned until the peer has taken all that was sent with them', () => {
      const { socket, writer } = opened();
      const [one, other] = [pinned(20_000, 'a'), pinned(20_000, 'b')];
      socket.stuck = true;
      for (const { message } of [one, other, one]) writer.deliver(1, TAG, 1, false, message);
      for (const { unrefer } of [one, other]) unrefer();
      writer.flush();
      expect([one.over(), other.over()]).toEqual([false, false]);
      socket.take();
      expect([one.over(), other.over()]).toEqual([true, true]);
      expect(bodiesOf(socket.frames)).toEqual([hex(20_000, 'a'), hex(20_000, 'b'), hex(20_000, 'a')]);
    });

    it('keeps it until all who send it have', () => {
      const [first, second] = [opened(), opened()];
      const { message, unrefer, over } = pinned(20_000, 'a');
      for (const { socket, writer } of [first, second]) {
        socket.stuck = true;
        writer.deliver(1, TAG, 1, false, message);
        writer.flush();
      }
      unrefer();
      first.socket.take();
      expect(over()).toBe(false);
      second.socket.take();
      expect(over()).toBe(true);
      expect(bodiesOf(second.socket.frames)).toEqual([hex(20_000, 'a')]);
    });

    it('borrows nothing of what is copied', () => {
      const { writer } = opened();
      const { message, unrefer, over } = pinned(8191, 'a');
      writer.deliver(1, TAG, 1, false, message);
      unrefer();
      expect(over()).toBe(true);
    });

    it('does not say that a peer has it which is gone', () => {
      const { socket, writer } = opened();
      const { message, unrefer, over } = pinned(20_000, 'a');
      socket.stuck = true;
      writer.deliver(1, TAG, 1, false, message);
      writer.flush();
      unrefer();
      socket.fail();
      expect(over()).toBe(false);
    });
  });

  it('carries basic.return, basic.get-ok and basic.deliver with all their fields', () => {
    const { socket, writer } = opened();
    const message = messageOf(Buffer.from('body'));
    writer.return(1, 312, 'NO_ROUTE', message);
    writer.getOk(1, 2 ** 40, true, 7, message);
    writer.deliver(1, TAG, 2 ** 41, true, message);
    writer.flush();
    const methods = socket.frames.filter(({ type }) => type === frames.METHOD);
    expect(methods.map(({ payload }) => decodeMethod(payload, 0, payload.length))).toEqual([
      { name: 'basic.return', replyCode: 312, replyText: 'NO_ROUTE', exchange: 'x', routingKey: 'key' },
      {
        name: 'basic.get-ok',
        deliveryTag: 2 ** 40,
        redelivered: true,
        exchange: 'x',
        routingKey: 'key',
        messageCount: 7,
      },
      {
        name: 'basic.deliver',
        consumerTag: 'tag',
        deliveryTag: 2 ** 41,
        redelivered: true,
        exchange: 'x',
        routingKey: 'key',
      },
    ]);
  });

  it('has nothing of what could not be written for another connection', () => {
    const buffers = new OutputBuffers();
    const [first, second] = [opened(buffers), opened(buffers)];
    const consumerTag = 'x'.repeat(256);
    expect(() => first.writer.method(1, { name: 'basic.cancel-ok', consumerTag })).toThrow(RangeError);
    expect(() => first.writer.return(1, 312, consumerTag, messageOf(Buffer.alloc(0)))).toThrow(RangeError);
    second.writer.method(2, { name: 'basic.cancel-ok', consumerTag: 'tag' });
    second.writer.flush();
    expect(second.socket.frames.map(({ payload }) => decodeMethod(payload, 0, payload.length))).toEqual([
      { name: 'basic.cancel-ok', consumerTag: 'tag' },
    ]);
  });
});
