/** What a stream's arguments and policies ask of it, read once (RabbitMQ: Streams, "Data Retention"). */
import type { FieldTable } from '../../protocol/field-table.ts';
import { isInteger } from '../arguments/field-equality.ts';
import { maxAgeSeconds } from '../policy/keys.ts';

export interface StreamSettings {
  /** Bytes of stored messages beyond which the oldest segments go; Infinity for all there is room for. */
  readonly maxLengthBytes: number;
  /** How long messages stay at least, in milliseconds; Infinity for ever. */
  readonly maxAge: number;
  /** Bytes after which a new segment begins, if its own size has not ended it before. */
  readonly maxSegmentBytes: number;
}

/** The arguments are valid: see arguments/queue-arguments.ts. */
export function readStreamSettings(args: FieldTable): StreamSettings {
  const number = (name: string): number => {
    const field = args.get(name);
    return field !== undefined && isInteger(field) ? Number(field.value) : Infinity;
  };
  const age = args.get('x-max-age');
  return {
    maxLengthBytes: number('x-max-length-bytes'),
    maxAge: (maxAgeSeconds(age?.type === 'longstr' ? age.value.toString() : undefined) ?? Infinity) * 1000,
    maxSegmentBytes: number('x-stream-max-segment-size-bytes'),
  };
}
