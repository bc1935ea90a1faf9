/**
 * A raw AMQP connection for tests: sends any bytes, frames and methods, and takes what the server sends one by one.
 * Strict on purpose: `expect` takes the next method of its channel and fails when that is another one.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dialTcp, type Socket } from 'node:net';
import { connect as dialTls, type ConnectionOptions } from 'node:tls';
import { decodeProperties, type BasicProperties } from '../../../src/codec/properties.ts';
import type { Method, MethodByName } from '../../../src/protocol/generated/methods.ts';
import { decodeMethod } from '../../../src/wire/generated/method-codec.ts';
import { AmqpChannel } from './channel.ts';
import * as frames from './frames.ts';
import { handshake, type HandshakeOptions } from './handshake.ts';
import { PATIENCE } from '../patience.ts';
import { assertReply, describe, Inbox, type Received } from './inbox.ts';
import { method, type Fields, type MethodName } from './methods.ts';

const CARRIES_CONTENT = new Set<MethodName>(['basic.deliver', 'basic.return', 'basic.get-ok']);

interface PartialContent {
  readonly method: Method;
  properties?: BasicProperties;
  octets?: Buffer;
  remaining: number;
  readonly body: Buffer[];
}

export class AmqpClient {
  readonly url: URL;
  readonly socket: Socket;
  readonly inbox = new Inbox();
  /** As negotiated by `handshake`. */
  frameMax = 131_072;
  /** The first bytes of a server that answered with a protocol header instead of a frame. */
  protocolHeader: Buffer | undefined;
  #nextChannel = 1;
  readonly #reader = new frames.FrameReader();
  readonly #partial = new Map<number, PartialContent>();
  #bytesRead = 0;

  private constructor(url: URL, socket: Socket) {
    this.url = url;
    this.socket = socket;
    socket.on('data', (chunk) => this.#data(chunk));
    socket.on('error', (error) => this.inbox.close(error.message));
    socket.on('end', () => this.inbox.close('end of stream'));
    socket.on('close', () => this.inbox.close('closed'));
  }

  /** Opens the TCP connection and says nothing. `localAddress`: the address of this machine that it comes from. */
  static async dial(url: string, localAddress?: string): Promise<AmqpClient> {
    const parsed = new URL(url);
    const socket = dialTcp({ host: parsed.hostname, port: Number(parsed.port || 5672), noDelay: true, localAddress });
    await once(socket, 'connect');
    return new AmqpClient(parsed, socket);
  }

  /** On a connection that is there; `url`: who logs in, and where to. */
  static over(url: string, socket: Socket): AmqpClient {
    return new AmqpClient(new URL(url), socket);
  }

  /** The same by TLS. */
  static async dialSecurely(url: string, options: ConnectionOptions): Promise<AmqpClient> {
    const parsed = new URL(url);
    const socket = dialTls({ host: parsed.hostname, port: Number(parsed.port || 5671), ...options });
    await once(socket, 'secureConnect');
    return new AmqpClient(parsed, socket);
  }

  /** Opens the connection up to connection.open-ok. */
  static async connect(url: string, options: HandshakeOptions = {}): Promise<AmqpClient> {
    const client = await AmqpClient.dial(url);
    await handshake(client, options);
    return client;
  }

  write(bytes: Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  sendFrame(type: number, channel: number, payload: Uint8Array): this {
    return this.write(frames.encodeFrame(type, channel, payload));
  }

  send<N extends MethodName>(channel: number, name: N, fields?: Fields<N>): this {
    return this.write(frames.methodFrame(channel, method(name, fields)));
  }

  /** Takes the next method of `channel`, which must be `name`. */
  async expect<N extends MethodName>(name: N, channel = 0, deadline = PATIENCE): Promise<MethodByName[N]> {
    const received = await this.inbox.next(channel, name, deadline);
    assert.equal(describe(received).split(' ')[0], name, `expected ${name} but got ${describe(received)}`);
    return received.method as MethodByName[N];
  }

  /** Opens a channel; without a number the next one this client has not used. */
  async channel(number = this.#nextChannel): Promise<AmqpChannel> {
    this.#nextChannel = Math.max(this.#nextChannel, number) + 1;
    this.send(number, 'channel.open');
    await this.expect('channel.open-ok', number);
    return new AmqpChannel(this, number);
  }

  /** Expects a hard error with this code and text, answers it, and expects the server to close the socket. */
  async expectClose(replyCode: number, replyText: string | RegExp, deadline = PATIENCE): Promise<Method> {
    const close = await this.inbox.until(
      () => {
        const found = this.inbox.peek(0).find((one) => one.method.name === 'connection.close');
        if (found !== undefined) return found.method as MethodByName['connection.close'];
        if (this.inbox.closed !== undefined) throw new Error(`the socket closed without connection.close ${replyCode}`);
        return undefined;
      },
      `connection.close ${replyCode}`,
      deadline,
    );
    assertReply(close, replyCode, replyText);
    this.send(0, 'connection.close-ok');
    await this.expectSocketClosed(deadline);
    return close;
  }

  async expectSocketClosed(deadline = PATIENCE): Promise<void> {
    await this.inbox.until(() => this.inbox.closed, 'end of the stream', deadline);
  }

  /** Expects the end of the stream without connection.close or any other method before it. */
  async expectSilentClose(deadline = 2 * PATIENCE): Promise<void> {
    await this.expectSocketClosed(deadline);
    assert.deepEqual(this.inbox.peek(0).map(describe), []);
  }

  /** Expects that the server resets the socket, without any further method before that. */
  async expectReset(deadline = PATIENCE): Promise<void> {
    await this.expectSilentClose(deadline);
    assert.equal(this.inbox.closed, 'read ECONNRESET');
  }

  /** Proves that the connection still works: a channel can be opened and closed. */
  async expectAlive(): Promise<void> {
    const channel = await this.channel();
    await channel.close();
  }

  /** Closes the connection as a client should. */
  async close(): Promise<void> {
    this.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' });
    await this.expect('connection.close-ok');
    this.socket.destroy();
  }

  /** Drops the TCP connection without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  #data(chunk: Buffer): void {
    if (this.#bytesRead === 0 && chunk.subarray(0, 4).toString() === 'AMQP') {
      this.protocolHeader = chunk.subarray(0, 8);
      return;
    }
    this.#bytesRead += chunk.length;
    for (const frame of this.#reader.read(chunk)) this.#frame(frame);
  }

  #frame({ type, channel, payload }: frames.Frame): void {
    if (type === frames.HEARTBEAT) return this.inbox.heartbeat();
    if (type === frames.METHOD) {
      const received = decodeMethod(payload, 0, payload.length);
      if (!CARRIES_CONTENT.has(received.name)) return this.inbox.put(channel, { method: received });
      this.#partial.set(channel, { method: received, remaining: 0, body: [] });
      return;
    }
    const partial = this.#partial.get(channel);
    assert.ok(partial, `content frame on channel ${channel} without a method`);
    if (type === frames.HEADER) {
      assert.ok(payload.length + frames.FRAME_OVERHEAD <= this.frameMax, 'a content header larger than frame_max');
      partial.octets = payload.subarray(12);
      partial.properties = decodeProperties(payload, 12, payload.length);
      partial.remaining = Number(payload.readBigUInt64BE(4));
    } else {
      partial.body.push(payload);
      partial.remaining -= payload.length;
    }
    if (partial.remaining <= 0) this.#complete(channel, partial);
  }

  #complete(channel: number, partial: PartialContent): void {
    this.#partial.delete(channel);
    const content = {
      properties: partial.properties!,
      octets: partial.octets!,
      body: Buffer.concat(partial.body),
      frames: partial.body.map((part) => part.length),
    };
    const received: Received = { method: partial.method, content };
    this.inbox.put(channel, received);
  }
}
