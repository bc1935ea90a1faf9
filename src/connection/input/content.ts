/**
 * The content that a channel is receiving: basic.publish, its header and its body, until they are a message (AMQP 0-9-1 section
 * 4.2.6). While all of it lies in one chunk of input nothing is copied; `leave` saves what is known when the chunk ends.
 */
import { checkProperties } from '../../codec/properties.ts';
import { Message, NO_BYTES } from '../../broker/message/message.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { BASIC_PUBLISH, CLASS_BASIC } from '../../protocol/generated/constants.ts';
import { letGo, newBuffer, readU16, readU64 } from '../../util/bytes.ts';
import { withMethod } from '../../wire/method-errors.ts';
import type { InboundQuota } from './inbound-memory.ts';
import type { SpareBuffers } from '../../util/spare-buffers.ts';

type ContentStage = 'none' | 'header' | 'body';

/** RabbitMQ's bound for any body, whatever max_message_size says. */
const LARGEST_BODY = 512 * 1024 * 1024;
/** Bodies that come in pieces are put together in spare buffers of this size if they fit. */
export const BODY_BUFFER_BYTES = 65536;
export const BODY_BUFFERS_KEPT = 32;
/** Larger ones get buffers of their own: the first is as large as this, each next so much larger than needed. */
const FIRST_BODY_BYTES = BODY_BUFFER_BYTES;
const BODY_GROWTH = 16;
/** Class id, weight and body size come before the properties. */
const PROPERTIES_OFFSET = 12;
/** Class id, method id and the reserved short come before exchange and routing key. */
const ROUTE_OFFSET = 6;

const MANDATORY = 1;
const IMMEDIATE = 2;

export class Content {
  readonly message = new Message();
  mandatory = false;
  immediate = false;
  #stage: ContentStage = 'none';
  #bodySize = 0;
  #bodyGot = 0;
  readonly #buffers: SpareBuffers;
  /** The spare buffer that the body is put together in. */
  #spare: Buffer | undefined;
  readonly #quota: InboundQuota;
  /** Bytes of the body that were copied. */
  #held = 0;

  constructor(buffers: SpareBuffers, inboundQuota: InboundQuota) {
    this.#buffers = buffers;
    this.#quota = inboundQuota;
  }

  /** True between basic.publish and the end of its body. */
  get open(): boolean {
    return this.#stage !== 'none';
  }

  /** A basic.publish method frame. */
  begin(buffer: Buffer, start: number, end: number): void {
    const { message } = this;
    const routeStart = start + ROUTE_OFFSET;
    const keyStart = routeStart + 1 + (buffer[routeStart] ?? 0);
    const routeEnd = keyStart + 1 + (buffer[keyStart] ?? 0);
    if (routeEnd + 1 !== end) throw undecodable('cannot decode basic.publish');
    message.setRouteBytes(buffer, routeStart, routeEnd);
    const flags = buffer[routeEnd];
    this.mandatory = (flags & MANDATORY) !== 0;
    this.immediate = (flags & IMMEDIATE) !== 0;
    this.#stage = 'header';
  }

  /** A content header frame. Returns true if the message is whole, having no body. */
  header(buffer: Buffer, start: number, end: number): boolean {
    if (this.#stage === 'none') throw notMethod();
    if (this.#stage === 'body') throw notBody();
    const classId = readU16(buffer, start);
    if (classId !== CLASS_BASIC) {
      throw unexpected(`expected content header for class 60, got one for class ${classId} instead`);
    }
    if (readU16(buffer, start + 2) !== 0) throw notHeader();
    checkProperties(buffer, start + PROPERTIES_OFFSET, end);
    const size = readU64(buffer, start + 4);
    if (size > LARGEST_BODY) {
      throw undecodable(`content body size ${size} exceeds maximum allowed size ${LARGEST_BODY}`);
    }
    this.#dropHeld();
    const { message } = this;
    message.setProperties(buffer, start + PROPERTIES_OFFSET, end);
    message.unshare();
    message.viewBody(NO_BYTES, 0, 0);
    this.#bodySize = size;
    this.#bodyGot = 0;
    this.#stage = size === 0 ? 'none' : 'body';
    return size === 0;
  }

  get bodySize(): number {
    return this.#bodySize;
  }

  /** Bytes of a content body frame; see FrameHandler.body. Returns true if the message is whole. */
  body(buffer: Buffer, start: number, end: number, done: boolean): boolean {
    if (this.#stage === 'none') throw notMethod();
    if (this.#stage === 'header') throw notHeader();
    const { message } = this;
    const length = end - start;
    if (this.#bodyGot + length > this.#bodySize) {
      throw undecodable('content body frame exceeds remaining content size');
    }
    if (this.#bodyGot === 0 && length === this.#bodySize) {
      message.viewBody(buffer, start, end);
    } else if (length > 0) {
      this.#reserve(this.#bodyGot + length);
      buffer.copy(message.body, this.#bodyGot, start, end);
      this.#hold(length);
    }
    this.#bodyGot += length;
    if (!done || this.#bodyGot < this.#bodySize) return false;
    this.#stage = 'none';
    return true;
  }

  /** A method frame came where content was due. */
  interrupted(): AmqpError {
    return this.#stage === 'header' ? notHeader() : notBody();
  }

  /**
   * The chunk of input ends, or another channel's content begins: copies what lies in the chunk, and lets go of a message that
   * is through, so that idle channels keep neither chunks nor bodies.
   */
  leave(): void {
    if (this.open) this.#detach();
    else this.#clear();
  }

  /** Forgets an unfinished message. */
  abandon(): void {
    this.#stage = 'none';
    this.#clear();
  }

  #clear(): void {
    this.message.clear();
    this.#dropHeld();
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.#quota.grew(bytes);
  }

  /** The body is the broker's now, or nobody's. */
  #dropHeld(): void {
    if (this.#held > 0) this.#quota.shrank(this.#held);
    this.#held = 0;
    if (this.#spare === undefined) return;
    this.#buffers.give(this.#spare);
    this.#spare = undefined;
  }

  #detach(): void {
    const { message } = this;
    message.setRouteBytes(Buffer.from(message.route.subarray(message.routeStart, message.routeEnd)));
    if (this.#stage !== 'body') return;
    message.setProperties(Buffer.from(message.properties.subarray(message.propertiesStart, message.propertiesEnd)));
    // A body that came whole lacks but its frame's end octet.
    if (message.bodyOwned || this.#spare !== undefined || this.#bodyGot === 0) return;
    const { body, bodyStart, bodyEnd } = message;
    this.#reserve(this.#bodyGot);
    body.copy(message.body, 0, bodyStart, bodyEnd);
    this.#hold(this.#bodyGot);
  }

  /**
   * The body comes in pieces: they are put together in a buffer that grows with what came. What was announced is only believed as
   * far as that, for a client may announce on each of its channels what the machine does not have.
   */
  #reserve(bytes: number): void {
    const { message } = this;
    if (this.#spare !== undefined || (message.bodyOwned && bytes <= message.body.length)) return;
    if (this.#bodySize <= BODY_BUFFER_BYTES) {
      this.#spare = this.#buffers.take();
      message.viewBody(this.#spare, 0, this.#bodySize);
    } else {
      const body = newBuffer(Math.min(this.#bodySize, Math.max(FIRST_BODY_BYTES, bytes * BODY_GROWTH)));
      if (message.bodyOwned) {
        message.body.copy(body, 0, 0, this.#bodyGot);
        letGo(message.body as Buffer<ArrayBuffer>);
      }
      message.setBody(body, this.#bodySize);
    }
  }
}

function notHeader(): AmqpError {
  return unexpected('expected content header for class 60, got non content header frame instead');
}

function notBody(): AmqpError {
  return unexpected('expected content body, got non content body frame instead');
}

/** A content frame came where none was due. */
export function notMethod(): AmqpError {
  return new AmqpError('UNEXPECTED_FRAME', 'expected method frame, got non method frame instead', { blameless: true });
}

function unexpected(text: string): AmqpError {
  return blamePublish(new AmqpError('UNEXPECTED_FRAME', text));
}

function undecodable(text: string): AmqpError {
  return blamePublish(new AmqpError('FRAME_ERROR', text));
}

function blamePublish(error: AmqpError): AmqpError {
  return withMethod(error, BASIC_PUBLISH);
}
