/**
 * Gives each frame to whom it belongs: to the handshake, to channel 0, or to a channel. An error that a channel's frame raises
 * closes the channel or the connection, by the reply code's kind (AMQP 0-9-1 section 2.2.8 and 4.10).
 */
import { printPayload } from '../../codec/erlang-term.ts';
import { AccessPending } from '../../broker/access/access-pending.ts';
import type { Message } from '../../broker/message/message.ts';
import type { UserActor } from '../../broker/operations/actor.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import {
  BASIC_ACK,
  BASIC_PUBLISH,
  CHANNEL_CLOSE,
  CHANNEL_CLOSE_OK,
  CHANNEL_OPEN,
  FRAME_BODY,
  FRAME_HEADER,
} from '../../protocol/generated/constants.ts';
import type { Method } from '../../protocol/generated/methods.ts';
import { REPLY_CODES } from '../../protocol/generated/reply-codes.ts';
import { readU32, readU64 } from '../../util/bytes.ts';
import type { FrameHandler } from '../../wire/frame-handler.ts';
import { decodeMethod } from '../../wire/generated/method-codec.ts';
import { withMethod } from '../../wire/method-errors.ts';
import type { BrokerContext } from '../broker-context.ts';
import { Channel } from '../channel/channel.ts';
import type { ChannelHost } from '../channel/channel-host.ts';
import { notMethod } from './content.ts';
import { connectionMethod, type ControlledConnection } from '../methods/connection-methods.ts';
import { handle } from '../methods/handlers.ts';
import { publish } from '../methods/publish.ts';
import type { PendingReplies } from '../lifecycle/pending-replies.ts';

/** The connection, as its frames see it. */
export interface FramedConnection extends ChannelHost, ControlledConnection {
  readonly channels: Map<number, Channel>;
  readonly channelMax: number;
  readonly broker: BrokerContext;
  readonly actor: UserActor;
  /** Undefined until it is let in. */
  readonly user: string | undefined;
  readonly pendingReplies: PendingReplies;
  handshake(channel: number, method: Method): void;
  /** Ends the connection for whatever went wrong with it. */
  fail(error: unknown): void;
  /** Notes that the broker closed a channel. */
  channelFailed(channel: number, error: AmqpError): void;
}

/** What somebody may not do, or not there. */
const REFUSALS: ReadonlySet<number> = new Set([REPLY_CODES.ACCESS_REFUSED.code, REPLY_CODES.NOT_ALLOWED.code]);

/** Class id, method id, delivery tag and bits. */
const ACK_BYTES = 13;

export class Frames implements FrameHandler {
  readonly #connection: FramedConnection;
  readonly #channels: Map<number, Channel>;
  /** Channels that we closed and whose close-ok has not come: all else on them is ignored. */
  readonly #closing = new Set<number>();
  /** The channel whose content is being received. */
  #receiving: Channel | undefined;
  /** Class and method of the last method frame, which the reply to an error names. */
  #lastMethod = 0;

  constructor(connection: FramedConnection) {
    this.#connection = connection;
    this.#channels = connection.channels;
  }

  method(number: number, buffer: Buffer, start: number, end: number): void {
    try {
      this.#lastMethod = end - start < 4 ? 0 : readU32(buffer, start);
      if (this.#connection.stage === 'running') this.#running(number, buffer, start, end);
      else this.#perform(number, decodeMethod(buffer, start, end));
    } catch (error) {
      this.#fail(error, number);
      this.#answered();
    }
  }

  header(number: number, buffer: Buffer, start: number, end: number): void {
    if (number === 0) {
      this.#onControlChannel(FRAME_HEADER, buffer, start, end);
      return;
    }
    try {
      const channel = this.#contentChannel(number);
      if (channel === undefined) return;
      if (!this.#connection.writer.sends(end - start)) throw tooLargeHeader(end - start);
      const whole = channel.content.header(buffer, start, end);
      this.#checkSize(channel);
      this.#connection.flow.publishes();
      if (whole) this.#publish(channel);
    } catch (error) {
      this.#fail(error, number);
    }
  }

  body(number: number, buffer: Buffer, start: number, end: number, done: boolean): void {
    if (number === 0) {
      this.#onControlChannel(FRAME_BODY, buffer, start, end);
      return;
    }
    try {
      const channel = this.#contentChannel(number);
      if (channel?.content.body(buffer, start, end, done) === true) this.#publish(channel);
    } catch (error) {
      this.#fail(error, number);
    }
  }

  heartbeat(): void {
    // Any input counts as a sign of life, and the connection notes that of every chunk.
  }

  /** The chunk of input ends. */
  endChunk(): void {
    this.#receiving?.content.leave();
    this.#receiving = undefined;
  }

  #running(number: number, buffer: Buffer, start: number, end: number): void {
    const key = this.#lastMethod;
    const channel = this.#channels.get(number);
    if (channel?.content.open === true) throw channel.content.interrupted();
    if (channel !== undefined && key === BASIC_PUBLISH) {
      this.#receive(channel);
      channel.content.begin(buffer, start, end);
    } else if (channel !== undefined && key === BASIC_ACK && end - start === ACK_BYTES) {
      channel.settle(readU64(buffer, start + 4), (buffer[end - 1] & 1) !== 0);
    } else if (channel === undefined && number !== 0) {
      this.#withoutChannel(number, key);
      this.#answered();
    } else this.#perform(number, decodeMethod(buffer, start, end));
  }

  /** Does what a method asks for; if it is not known whether it may, later. */
  #perform(number: number, method: Method): void {
    try {
      this.#dispatch(number, method);
    } catch (error) {
      if (error instanceof AccessPending) {
        this.#connection.pendingReplies.await(error.answered, () => this.#perform(number, method));
        return;
      }
      this.#fail(error, number);
    }
    this.#answered();
  }

  #dispatch(number: number, method: Method): void {
    const { stage } = this.#connection;
    if (stage === 'handshake') this.#connection.handshake(number, method);
    else if (number === 0) connectionMethod(this.#connection, method);
    else if (stage === 'running') {
      const channel = this.#channels.get(number);
      // It may have been closed while the method waited.
      if (channel !== undefined) handle(channel, method);
    }
  }

  /** An error is an answer too: who reads none of them could go on asking for them. */
  #answered(): void {
    if (this.#connection.stage === 'running') this.#connection.flow.answered();
  }

  #withoutChannel(number: number, key: number): void {
    if (this.#closing.has(number)) {
      if (key === CHANNEL_CLOSE) this.#connection.writer.method(number, { name: 'channel.close-ok' });
      if (key === CHANNEL_CLOSE_OK) this.#closing.delete(number);
      return;
    }
    if (key !== CHANNEL_OPEN) throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    const { channelMax, writer } = this.#connection;
    if (this.#channels.size >= channelMax) {
      const text = `number of channels opened (${channelMax}) has reached the negotiated channel_max (${channelMax})`;
      throw new AmqpError('NOT_ALLOWED', text, { blameless: true });
    }
    const { broker, actor } = this.#connection;
    broker.connections.checkChannelLimit(actor.user);
    // The first is everybody's, to put things in order by it.
    if (this.#channels.size > 0) broker.node.heapLimit.checkRoom();
    this.#channels.set(number, new Channel(this.#connection, number, (error) => this.#failChannel(error, number)));
    writer.method(number, { name: 'channel.open-ok' });
  }

  #onControlChannel(type: number, buffer: Buffer, start: number, end: number): void {
    if (this.#connection.stage === 'closing') return;
    const text = `type ${type}, ${printPayload(buffer.subarray(start, end))}`;
    this.#fail(new AmqpError('UNEXPECTED_FRAME', text, { blameless: true }), 0);
  }

  /** The channel that a content frame is for; undefined if the frame is to be ignored. */
  #contentChannel(number: number): Channel | undefined {
    if (this.#connection.stage !== 'running') {
      if (this.#connection.stage === 'handshake') throw notMethod();
      return undefined;
    }
    const channel = this.#channels.get(number);
    if (channel === undefined) {
      if (this.#closing.has(number)) return undefined;
      throw notMethod();
    }
    this.#lastMethod = BASIC_PUBLISH;
    this.#receive(channel);
    return channel;
  }

  #publish(channel: Channel, message = channel.content.message): void {
    try {
      publish(channel, message);
    } catch (error) {
      if (!(error instanceof AccessPending)) throw error;
      // What lies in the chunk is not there any more then.
      const kept = message.copy();
      this.#connection.pendingReplies.await(error.answered, () => this.#publishLater(channel, kept));
      return;
    }
    this.#connection.flow.published();
  }

  #publishLater(channel: Channel, message: Message): void {
    if (this.#channels.get(channel.number) !== channel) return;
    try {
      this.#publish(channel, message);
    } catch (error) {
      this.#fail(error, channel.number);
    }
  }

  /** Only one channel's content is in the current chunk without a copy: what another has begun there is saved. */
  #receive(channel: Channel): void {
    if (this.#receiving === channel) return;
    this.#receiving?.content.leave();
    this.#receiving = channel;
  }

  #checkSize({ content }: Channel): void {
    const { maxMessageSize } = this.#connection.broker.config;
    if (content.bodySize <= maxMessageSize) return;
    const text = `message size ${content.bodySize} is larger than configured max size ${maxMessageSize}`;
    throw new AmqpError('PRECONDITION_FAILED', text);
  }

  /** For what no frame has brought about: there is nobody else to catch what goes wrong with the end of the channel. */
  #failChannel(error: AmqpError, number: number): void {
    try {
      this.#fail(error, number);
    } catch (fault) {
      this.#connection.fail(fault);
    }
  }

  #fail(error: unknown, number: number): void {
    if (error instanceof AmqpError && error.classId === 0 && !error.blameless) withMethod(error, this.#lastMethod);
    const channel = this.#channels.get(number);
    const isHard = !(error instanceof AmqpError) || error.hard || channel === undefined;
    if (error instanceof AmqpError) this.#tellError(error, isHard ? 0 : number);
    if (isHard) {
      this.#connection.fail(error);
      return;
    }
    this.#connection.endChannel(channel);
    this.#closing.add(number);
    const { replyCode, replyText, classId, methodId } = error;
    this.#connection.writer.method(number, { name: 'channel.close', replyCode, replyText, classId, methodId });
    this.#connection.channelFailed(number, error);
  }

  #tellError({ replyCode: code, replyText: text }: AmqpError, channel: number): void {
    const { broker, endpoints, vhost, user } = this.#connection;
    // Who is not let in is told of elsewhere, with the reason.
    if (user === undefined && code === REPLY_CODES.ACCESS_REFUSED.code) return;
    // A client in its handshake has no vhost yet.
    const name = (vhost as Vhost | undefined)?.name ?? '';
    broker.node.observer?.({ type: 'error', vhost: name, connection: endpoints.name, channel, code, text });
    if (!REFUSALS.has(code)) return;
    const by = { protocol: 'amqp091', user: user ?? '', peer: endpoints.peer, vhost: name } as const;
    broker.audit?.record({ event: 'refusal', outcome: 'failure', ...by, reason: text });
  }
}

/** No frame could carry it to a consumer that takes frames as large as its publisher. */
function tooLargeHeader(size: number): AmqpError {
  const text = `type 2, content header of ${size} octets leaves no room for the framing within frame_max`;
  return new AmqpError('FRAME_ERROR', text, { blameless: true });
}
