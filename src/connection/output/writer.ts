/**
 * A connection's output: frames are encoded into one buffer, which goes to the socket once a turn. Large bodies are not copied
 * but sent from where they lie. When the peer does not keep up, `full` asks the consumers to wait.
 */
import type { Duplex } from 'node:stream';
import type { ConnectionCounters } from '../../broker/events/counters.ts';
import type { Pins } from '../../broker/message/pins.ts';
import { PINNED_BODY_BYTES, type Message } from '../../broker/message/message.ts';
import { shorten } from '../../broker/message/shorten.ts';
import {
  BASIC_DELIVER,
  BASIC_GET_OK,
  BASIC_RETURN,
  CLASS_BASIC,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEARTBEAT,
  FRAME_METHOD,
} from '../../protocol/generated/constants.ts';
import type { ServerMethod } from '../../protocol/generated/methods.ts';
import { copyBytes, writeU32, writeU64 } from '../../util/bytes.ts';
import { FRAME_OVERHEAD } from '../../wire/frame-parser.ts';
import { encodeMethod } from '../../wire/generated/method-codec.ts';
import type { Transport } from '../transport.ts';
import type { OutputBuffers } from './output-buffers.ts';

/** Output of one turn from which on deliveries wait for its end. */
const TURN_BYTES = 512 * 1024;
const CONTENT_HEADER_BYTES = 12;
const FRAME_HEAD_BYTES = 7;

export class Writer {
  readonly #transport: Transport;
  readonly #socket: Duplex;
  readonly #buffers: OutputBuffers;
  readonly #counters: ConnectionCounters;
  /** Called when there is output and no flush is on its way. */
  readonly #wake: () => void;
  #maxBody = 4096 - FRAME_OVERHEAD;
  #buffer: Buffer | undefined;
  /** What of the buffer is written, and what of that is in `#parts` already. */
  #length = 0;
  #cut = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Of the bodies among them. */
  #pins: Pins[] = [];
  #awake = false;
  #drained = true;
  /** Buffers that the socket reads until it answers, in the order of the writes. */
  readonly #inFlight: Buffer[] = [];

  constructor(transport: Transport, buffers: OutputBuffers, counters: ConnectionCounters, wake: () => void) {
    this.#transport = transport;
    this.#socket = transport.socket;
    this.#buffers = buffers;
    this.#counters = counters;
    this.#wake = wake;
  }

  setFrameMax(bytes: number): void {
    this.#maxBody = bytes - FRAME_OVERHEAD;
  }

  /**
   * The message as a frame has room for its header: see `shorten`. Throws HeadersTooLargeError if none has. To be asked before
   * anything of the message is sent.
   */
  fit(message: Message): Message {
    const room = this.#maxBody - CONTENT_HEADER_BYTES;
    return message.propertiesSize <= room ? message : shorten(message, room);
  }

  /** True if frames like those that are sent have so many octets of payload. */
  sends(payload: number): boolean {
    return payload <= this.#maxBody;
  }

  /** True while deliveries had better wait: for the end of the turn, or for the peer. */
  get full(): boolean {
    return !this.#drained || this.unflushed >= TURN_BYTES;
  }

  /** True while the peer has not taken what was sent before. */
  get congested(): boolean {
    return !this.#drained;
  }

  /** Bytes written since the last flush. */
  get unflushed(): number {
    return this.#length + this.#partBytes;
  }

  /** Bytes that were not handed to the system yet. */
  get pending(): number {
    return this.#socket.writableLength + this.unflushed;
  }

  /** How much the peer has taken, in bytes: a number that changes while it takes any, be it only a part of a large write. */
  get taken(): number {
    return this.#counters.sendOct - this.#socket.writableLength - this.#transport.queued();
  }

  /** The socket took all it had. */
  drain(): void {
    this.#drained = true;
  }

  raw(bytes: Uint8Array): void {
    const buffer = this.#reserve(bytes.length);
    buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  heartbeat(): void {
    this.raw(HEARTBEAT);
  }

  method(channel: number, method: ServerMethod): void {
    const { scratch } = this.#buffers;
    scratch.clear();
    encodeMethod(scratch, method);
    const { length: size } = scratch;
    const buffer = this.#reserve(size + FRAME_OVERHEAD);
    const at = frameHead(buffer, this.#length, FRAME_METHOD, channel, size);
    this.#length = copyBytes(scratch.buffer, 0, size, buffer, at);
    buffer[this.#length++] = FRAME_END;
  }

  /** basic.deliver with its content. `tag` is the consumer tag as a shortstr. */
  deliver(channel: number, tag: Buffer, deliveryTag: number, redelivered: boolean, message: Message): void {
    const { route, routeStart, routeEnd } = message;
    const size = 4 + tag.length + 9 + routeEnd - routeStart;
    const buffer = this.#reserve(size + FRAME_OVERHEAD);
    let at = frameHead(buffer, this.#length, FRAME_METHOD, channel, size);
    writeU32(buffer, at, BASIC_DELIVER);
    at = copyBytes(tag, 0, tag.length, buffer, at + 4);
    writeU64(buffer, at, deliveryTag);
    buffer[at + 8] = redelivered ? 1 : 0;
    at = copyBytes(route, routeStart, routeEnd, buffer, at + 9);
    buffer[at] = FRAME_END;
    this.#length = at + 1;
    this.#content(channel, message);
  }

  getOk(channel: number, deliveryTag: number, redelivered: boolean, ready: number, message: Message): void {
    const { route, routeStart, routeEnd } = message;
    const size = 4 + 9 + routeEnd - routeStart + 4;
    const buffer = this.#reserve(size + FRAME_OVERHEAD);
    let at = frameHead(buffer, this.#length, FRAME_METHOD, channel, size);
    writeU32(buffer, at, BASIC_GET_OK);
    writeU64(buffer, at + 4, deliveryTag);
    buffer[at + 12] = redelivered ? 1 : 0;
    at = copyBytes(route, routeStart, routeEnd, buffer, at + 13);
    writeU32(buffer, at, ready);
    buffer[at + 4] = FRAME_END;
    this.#length = at + 5;
    this.#content(channel, message);
  }

  /** basic.return with its content. */
  return(channel: number, replyCode: number, replyText: string, message: Message): void {
    const { route, routeStart, routeEnd } = message;
    const { scratch } = this.#buffers;
    scratch.clear();
    scratch.u32(BASIC_RETURN);
    scratch.u16(replyCode);
    scratch.shortstr(replyText);
    const size = scratch.length + routeEnd - routeStart;
    const buffer = this.#reserve(size + FRAME_OVERHEAD);
    let at = frameHead(buffer, this.#length, FRAME_METHOD, channel, size);
    at = copyBytes(scratch.buffer, 0, scratch.length, buffer, at);
    at = copyBytes(route, routeStart, routeEnd, buffer, at);
    buffer[at] = FRAME_END;
    this.#length = at + 1;
    this.#content(channel, message);
  }

  /** Hands what there is to the socket. */
  flush(): void {
    this.#awake = false;
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    const socket = this.#socket;
    this.#counters.sendOct += this.unflushed;
    this.#counters.sendCnt++;
    if (this.#parts.length === 0) {
      socket.write(buffer.subarray(0, this.#length), this.#handOver(buffer));
    } else {
      this.#cutPart();
      const [last, pins] = [this.#parts.pop()!, this.#pins];
      socket.cork();
      for (const part of this.#parts) socket.write(part);
      // Called when the system has copied all parts. What the socket dropped is not to be touched, so its memory stays pinned.
      const sent = this.#handOver(buffer);
      socket.write(last, (error) => {
        if (!error) for (const each of pins) each.unpin();
        sent?.(error);
      });
      socket.uncork();
      this.#parts = [];
      this.#partBytes = 0;
      this.#pins = [];
    }
    this.#buffer = undefined;
    this.#length = this.#cut = 0;
    // The system has copied what it took at once, so the buffer is free again.
    if (socket.writableLength === 0) this.#buffers.give(buffer);
    else this.#drained = !socket.writableNeedDrain;
  }

  /** What the socket is to call when it has read the buffer; undefined if that is known at once, or never. */
  #handOver(buffer: Buffer): ((error?: Error | null) => void) | undefined {
    if (!this.#transport.layered) return undefined;
    this.#inFlight.push(buffer);
    return this.#sent;
  }

  readonly #sent = (error?: Error | null): void => {
    const buffer = this.#inFlight.shift();
    if (buffer !== undefined && !error) this.#buffers.give(buffer);
  };

  #content(channel: number, message: Message): void {
    const { properties, propertiesStart, propertiesEnd } = message;
    const bodySize = message.bodyEnd - message.bodyStart;
    const size = CONTENT_HEADER_BYTES + propertiesEnd - propertiesStart;
    const buffer = this.#reserve(size + FRAME_OVERHEAD);
    let at = frameHead(buffer, this.#length, FRAME_HEADER, channel, size);
    buffer[at] = 0;
    buffer[at + 1] = CLASS_BASIC;
    buffer[at + 2] = 0;
    buffer[at + 3] = 0;
    writeU64(buffer, at + 4, bodySize);
    at = copyBytes(properties, propertiesStart, propertiesEnd, buffer, at + CONTENT_HEADER_BYTES);
    buffer[at] = FRAME_END;
    this.#length = at + 1;
    const { bodyEnd } = message;
    for (let start = message.bodyStart; start < bodyEnd; start += this.#maxBody) {
      this.#bodyFrame(channel, message, start, Math.min(bodyEnd, start + this.#maxBody));
    }
  }

  #bodyFrame(channel: number, message: Message, start: number, end: number): void {
    const { body, bodyOwned, pins } = message;
    const size = end - start;
    const byReference = size >= PINNED_BODY_BYTES && (bodyOwned || pins !== undefined);
    const buffer = this.#reserve(byReference ? FRAME_OVERHEAD : size + FRAME_OVERHEAD);
    const at = frameHead(buffer, this.#length, FRAME_BODY, channel, size);
    if (byReference) {
      this.#length = at;
      this.#cutPart();
      this.#parts.push(body.subarray(start, end));
      this.#partBytes += size;
      if (!bodyOwned) this.#pin(pins!);
    } else {
      this.#length = copyBytes(body, start, end, buffer, at);
    }
    buffer[this.#length++] = FRAME_END;
  }

  /** What is sent next is not given up before it is with the system. */
  #pin(pins: Pins): void {
    if (pins === this.#pins.at(-1)) return;
    pins.pin();
    this.#pins.push(pins);
  }

  /** Ends the current part: what is written from here on comes behind the parts there are. */
  #cutPart(): void {
    if (this.#length > this.#cut) this.#parts.push(this.#buffer!.subarray(this.#cut, this.#length));
    this.#cut = this.#length;
  }

  #reserve(bytes: number): Buffer {
    if (!this.#awake) {
      this.#awake = true;
      this.#wake();
    }
    const buffer = (this.#buffer ??= this.#buffers.take(bytes));
    const needed = this.#length + bytes;
    if (needed <= buffer.length) return buffer;
    // Parts that were cut stay where they are; the rest moves on.
    const kept = this.#length - this.#cut;
    const grown = this.#buffers.take(Math.max(buffer.length + 1, kept + bytes));
    buffer.copy(grown, 0, this.#cut, this.#length);
    if (this.#cut === 0) this.#buffers.give(buffer);
    this.#partBytes += this.#cut;
    this.#length = kept;
    this.#cut = 0;
    return (this.#buffer = grown);
  }
}

const HEARTBEAT = Buffer.from([FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END]);

/** Writes a frame's head and returns where its payload begins. */
function frameHead(buffer: Buffer, at: number, type: number, channel: number, size: number): number {
  buffer[at] = type;
  buffer[at + 1] = channel >>> 8;
  buffer[at + 2] = channel;
  writeU32(buffer, at + 3, size);
  return at + FRAME_HEAD_BYTES;
}
