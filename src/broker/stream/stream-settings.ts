/** What a stream's arguments and policies ask of it, read once (RabbitMQ: Streams, "Data Retention"). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { integerIn, textIn } from '../arguments/fields.ts';
import { maxAgeSeconds } from '../arguments/max-age.ts';

const LARGEST_SEGMENT_BYTES = 3_000_000_000;

export interface StreamSettings {
  /** Bytes of stored messages beyond which the oldest segments go; Infinity for all there is room for. */
  readonly maxLengthBytes: number;
  /** How long messages stay at least, in milliseconds; Infinity for ever. */
  readonly maxAge: number;
  /** Bytes after which a new segment begins, if its own size has not ended it before. */
  readonly maxSegmentBytes: number;
  /** Offset of its first message. */
  readonly initialOffset: number;
}

/** Throws AmqpError PRECONDITION_FAILED for what arguments/queue-arguments.ts lets pass, and RabbitMQ tells in texts of its own. */
export function checkStreamArguments(args: FieldTable): void {
  const within = (name: string, least: number, most: number): boolean => {
    const value = integerIn(args, name);
    return value === undefined || (value >= least && value <= most);
  };
  if (!within('x-stream-max-segment-size-bytes', 0, LARGEST_SEGMENT_BYTES)) {
    throw new AmqpError('PRECONDITION_FAILED', 'Exceeded max value for x-stream-max-segment-size-bytes');
  }
  // It is RabbitMQ's Bloom filters that have this size: here a filter looks at the messages themselves.
  if (!within('x-stream-filter-size-bytes', 16, 255)) {
    throw new AmqpError('PRECONDITION_FAILED', 'Invalid value for  x-stream-filter-size-bytes');
  }
}

/** The arguments are valid: see arguments/queue-arguments.ts. */
export function readStreamSettings(args: FieldTable): StreamSettings {
  const number = (name: string): number => integerIn(args, name) ?? Infinity;
  return {
    maxLengthBytes: number('x-max-length-bytes'),
    maxAge: (maxAgeSeconds(textIn(args, 'x-max-age')) ?? Infinity) * 1000,
    maxSegmentBytes: number('x-stream-max-segment-size-bytes'),
    initialOffset: integerIn(args, 'x-stream-initial-offset') ?? 0,
  };
}
