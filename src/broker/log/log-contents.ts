/**
 * How much a log has, as RabbitMQ's HTTP API tells it of a queue (`messages_ram`, `message_bytes` and its kin). It is found out when somebody
 * asks: a segment counts its messages and their bodies anyway, and only one with messages that are out, or with transient ones
 * among others, is looked at message by message.
 */
import { Message } from '../message/message.ts';
import type { KeptMessages } from './kept-messages.ts';
import type { Segment } from './segment.ts';

/** Of what is ready or unacked. Bytes are those of the bodies. */
export interface LogContents {
  readonly bytes: number;
  readonly bytesReady: number;
  readonly bytesUnacked: number;
  /** Those in memory. */
  readonly ready: number;
  readonly unacked: number;
  readonly bytesInMemory: number;
  /** Those that are not. */
  readonly evicted: number;
  /** Those that are stored, or will be. */
  readonly persistent: number;
  readonly bytesPersistent: number;
}

export function contentsOf(segments: Iterable<Segment>): LogContents {
  const sum = {
    bytes: 0,
    bytesUnacked: 0,
    ready: 0,
    unacked: 0,
    evicted: 0,
    bytesInMemory: 0,
    persistent: 0,
    bytesPersistent: 0,
  };
  for (const segment of segments) {
    const { bodyBytes, ready, unacked, evicted, unstored } = segment;
    sum.bytes += bodyBytes;
    sum.ready += ready - evicted;
    sum.evicted += evicted;
    // What is out of memory is ready.
    sum.unacked += unacked;
    sum.persistent += ready + unacked - unstored;
    if (evicted === 0) sum.bytesInMemory += bodyBytes;
    if (unacked > 0) sum.bytesUnacked += segment.unackedBytes;
    if (unstored === 0) sum.bytesPersistent += bodyBytes;
    else if (unstored < ready + unacked) sum.bytesPersistent += segment.persistentBytes;
  }
  return { ...sum, bytesReady: sum.bytes - sum.bytesUnacked };
}

/**
 * The timestamp that the publisher of the first ready message gave it, in its unit, seconds; undefined if it gave none. As in RabbitMQ, a
 * message that is not in memory is not read for it.
 */
export function headTimestamp({ segments }: KeptMessages): number | undefined {
  for (const segment of segments) {
    if (segment.ready === 0) continue;
    if (!segment.loaded) return undefined;
    const message = new Message();
    segment.view(segment.nextReady(0), message);
    const { timestamp } = message.decodeProperties();
    return timestamp === undefined ? undefined : Number(timestamp);
  }
  return undefined;
}
