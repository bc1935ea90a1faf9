/**
 * A connection that costs little: it finds the frames in what it reads and hands deliveries and confirms over as positions in
 * its buffer. Everything else is decoded: answers to `call`, and what ends the connection.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { toFieldTable } from '../../src/codec/field-table.ts';
import type { FieldTable } from '../../src/protocol/field-table.ts';
import {
  BASIC_ACK,
  BASIC_DELIVER,
  BASIC_NACK,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEARTBEAT,
  FRAME_METHOD,
} from '../../src/protocol/generated/constants.ts';
import type { Method } from '../../src/protocol/generated/methods.ts';
import { readU32 } from '../../src/util/bytes.ts';
import { decodeMethod } from '../../src/wire/generated/method-codec.ts';
import { parseAddress } from './address.ts';
import { FRAME_OVERHEAD, methodFrame } from './frames.ts';

/** Until a broker is to have said something in the handshake, and later where an answer is due, in milliseconds. */
const HANDSHAKE_MS = 10_000;
const ANSWER_MS = 60_000;

/** What takes the frames that come in numbers. Positions are those of payloads, valid during the call. */
export interface FrameReceiver {
  /** basic.deliver, basic.ack or basic.nack. */
  method(key: number, buffer: Buffer, start: number, end: number): void;
  header(buffer: Buffer, start: number, end: number): void;
  body(buffer: Buffer, start: number, end: number): void;
  /** All frames of a read were told. */
  endRead(): void;
}

export interface ConnectionOptions {
  /** Room for input, in bytes: the most that one read takes. Default 16 KiB. */
  readonly readBytes?: number;
  /** Called once, when the connection ends before `close` was called. */
  readonly onFailure?: (error: Error) => void;
  /** Silence in the handshake after which it fails, in milliseconds. Default 10,000. */
  readonly handshakeMs?: number;
}

type Named<Name extends Method['name']> = Extract<Method, { readonly name: Name }>;

interface Call {
  readonly reply: Method['name'];
  resolve(method: Method): void;
  reject(error: Error): void;
}

const FRAME_HEAD = 7;
const FRAME_TYPES = new Set([FRAME_METHOD, FRAME_HEADER, FRAME_BODY, FRAME_HEARTBEAT]);
const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');
const CAPABILITIES = {
  'basic.nack': true,
  publisher_confirms: true,
  consumer_cancel_notify: true,
  authentication_failure_close: true,
};

export class BenchConnection {
  receiver: FrameReceiver | undefined;
  serverProperties: FieldTable = new Map();
  frameMax = 4096;
  channelMax = 0;
  readonly #socket: Socket;
  readonly #onFailure: ((error: Error) => void) | undefined;
  readonly #calls: Call[] = [];
  #buffer: Buffer;
  #have = 0;
  #closed = false;
  #failure: Error | undefined;
  #onDrain: (() => void) | undefined;

  private constructor(url: string, options: ConnectionOptions) {
    const { secure, host, port } = parseAddress(url);
    this.#buffer = Buffer.allocUnsafeSlow(options.readBytes ?? 16 * 1024);
    this.#onFailure = options.onFailure;
    const onread = {
      buffer: () => this.#buffer.subarray(this.#have),
      callback: (bytes: number) => {
        this.#read(bytes);
        return true;
      },
    };
    const place = { host, port, noDelay: true, onread };
    // What is measured is what encryption costs, and not whose certificate it is.
    this.#socket = secure ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place);
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the broker closed the connection')));
    this.#socket.on('drain', () => this.#onDrain?.());
    this.#socket.setTimeout(options.handshakeMs ?? HANDSHAKE_MS);
    this.#socket.on('timeout', () => this.#silence());
  }

  /** Connects and goes through the handshake, with no heartbeats. */
  static async open(url: string, options: ConnectionOptions = {}): Promise<BenchConnection> {
    const { user, password, vhost } = parseAddress(url);
    const connection = new BenchConnection(url, options);
    connection.write(PROTOCOL_HEADER);
    const start = await connection.expect('connection.start');
    connection.serverProperties = start.serverProperties;
    connection.send(0, {
      name: 'connection.start-ok',
      clientProperties: toFieldTable({ product: 'leveret bench', capabilities: CAPABILITIES }),
      mechanism: 'PLAIN',
      response: Buffer.from(`\0${user}\0${password}`),
      locale: 'en_US',
    });
    const { channelMax, frameMax } = await connection.expect('connection.tune');
    connection.channelMax = channelMax;
    connection.frameMax = frameMax === 0 ? 131072 : frameMax;
    connection.send(0, { name: 'connection.tune-ok', channelMax, frameMax: connection.frameMax, heartbeat: 0 });
    await connection.call(0, { name: 'connection.open', virtualHost: vhost }, 'connection.open-ok');
    connection.#socket.setTimeout(ANSWER_MS);
    return connection;
  }

  /** Opens a connection with channel 1. */
  static async withChannel(url: string, options: ConnectionOptions = {}): Promise<BenchConnection> {
    const connection = await BenchConnection.open(url, options);
    await connection.call(1, { name: 'channel.open' }, 'channel.open-ok');
    return connection;
  }

  /** Writes frames. False asks to wait for `onDrain`. The bytes must not change until they are gone. */
  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  set onDrain(callback: () => void) {
    this.#onDrain = callback;
  }

  send(channel: number, method: Method): void {
    this.write(methodFrame(channel, method));
  }

  /** Sends a method and resolves with its answer. Answers are told apart by their order. */
  call<Reply extends Method['name']>(channel: number, method: Method, reply: Reply): Promise<Named<Reply>> {
    this.send(channel, method);
    return this.expect(reply);
  }

  expect<Reply extends Method['name']>(reply: Reply): Promise<Named<Reply>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#calls.push({ reply, resolve: (method) => resolve(method as Named<Reply>), reject });
    });
  }

  /** Closes the way the protocol asks for. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const answered = this.call(
      0,
      { name: 'connection.close', replyCode: 200, replyText: 'bye', classId: 0, methodId: 0 },
      'connection.close-ok',
    );
    await answered;
    this.#closed = true;
    this.#socket.destroy();
  }

  /** Gives the connection up. */
  destroy(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #read(bytes: number): void {
    const end = this.#have + bytes;
    let used: number;
    try {
      used = this.#scan(this.#buffer, end);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.receiver?.endRead();
    if (used > 0 && used < end) this.#buffer.copyWithin(0, used, end);
    this.#have = end - used;
    if (this.#have < this.#buffer.length) return;
    // One frame fills the buffer and is not whole yet.
    const grown = Buffer.allocUnsafeSlow(readU32(this.#buffer, 3) + FRAME_OVERHEAD);
    this.#buffer.copy(grown);
    this.#buffer = grown;
  }

  /** Tells all whole frames up to `end`; returns how far they reach. */
  #scan(buffer: Buffer, end: number): number {
    let at = 0;
    while (end - at >= FRAME_OVERHEAD) {
      if (!FRAME_TYPES.has(buffer[at])) throw new Error(`it does not speak AMQP 0-9-1: ${beginning(buffer, at, end)}`);
      const start = at + FRAME_HEAD;
      const last = start + readU32(buffer, at + 3);
      if (last >= end) break;
      if (buffer[last] !== FRAME_END) throw new Error(`a frame ends with ${buffer[last]}`);
      const type = buffer[at];
      if (type === FRAME_METHOD) this.#method(buffer, start, last);
      else if (type === FRAME_HEADER) this.receiver!.header(buffer, start, last);
      else if (type === FRAME_BODY) this.receiver!.body(buffer, start, last);
      at = last + 1;
    }
    return at;
  }

  #method(buffer: Buffer, start: number, end: number): void {
    const key = readU32(buffer, start);
    if (key === BASIC_DELIVER || key === BASIC_ACK || key === BASIC_NACK) {
      this.receiver!.method(key, buffer, start, end);
      return;
    }
    const method = decodeMethod(Buffer.from(buffer.subarray(start, end)), 0, end - start);
    if (method.name === 'connection.blocked' || method.name === 'connection.unblocked') return;
    if (method.name === this.#calls[0]?.reply) {
      this.#calls.shift()!.resolve(method);
      return;
    }
    const reason = 'replyText' in method ? `${method.name}: ${method.replyCode} ${method.replyText}` : method.name;
    this.#fail(new Error(`the broker said ${reason}`));
  }

  /** Nothing came or went for a while: that is an error where the broker owes an answer. */
  #silence(): void {
    const [call] = this.#calls;
    if (call !== undefined) this.#fail(new Error(`no ${call.reply} after ${this.#socket.timeout! / 1000} seconds`));
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const call of this.#calls.splice(0)) call.reject(error);
    if (!this.#closed) this.#onFailure?.(error);
    this.#closed = true;
    this.#socket.destroy();
  }
}

/** The first characters of what is no frame. */
function beginning(buffer: Buffer, at: number, end: number): string {
  return JSON.stringify(buffer.toString('latin1', at, Math.min(end, at + 32)));
}
