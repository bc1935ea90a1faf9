/** What arguments and policies say about deduplication. The names are those of LavinMQ and of RabbitMQ's plugin for it. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { integerIn, isSet, textIn } from './fields.ts';

export interface DeduplicationSettings {
  /** How long a key is remembered after it was seen first, in milliseconds. */
  readonly window: number;
  /** Most keys that are remembered: one more, and the oldest is forgotten. */
  readonly size: number;
  /** The header that has the key; undefined where it is `x-deduplication-header`, or else the message id. */
  readonly header: string | undefined;
}

const DEFAULT_WINDOW_MS = 300_000;
const DEFAULT_SIZE = 100_000;
/** A Map takes some 16 million entries. */
export const LARGEST_SIZE = 10_000_000;

/** The arguments are valid: see arguments/queue-arguments.ts. Undefined where they do not ask for deduplication. */
export function readDeduplication(args: FieldTable): DeduplicationSettings | undefined {
  if (!isSet(args, 'x-message-deduplication')) return undefined;
  return {
    window: integerIn(args, 'x-cache-ttl') ?? DEFAULT_WINDOW_MS,
    size: integerIn(args, 'x-cache-size') ?? DEFAULT_SIZE,
    header: textIn(args, 'x-deduplication-header'),
  };
}
