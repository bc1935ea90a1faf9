/** What arguments and policies say about deduplication. The names are those of LavinMQ and of RabbitMQ's plugin for it. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { isInteger } from '../arguments/field-equality.ts';

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
  const asked = args.get('x-message-deduplication');
  if (asked?.type !== 'bool' || !asked.value) return undefined;
  const number = (name: string): number | undefined => {
    const field = args.get(name);
    return field !== undefined && isInteger(field) ? Number(field.value) : undefined;
  };
  const header = args.get('x-deduplication-header');
  return {
    window: number('x-cache-ttl') ?? DEFAULT_WINDOW_MS,
    size: number('x-cache-size') ?? DEFAULT_SIZE,
    header: header?.type === 'longstr' ? header.value.toString() : undefined,
  };
}
