/** What arguments and policies say about deduplication. The names are those of LavinMQ and of RabbitMQ's plugin for it, and so are the two rules. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { integerIn, isSet, textIn } from './fields.ts';

/** How long keys are remembered, whatever becomes of their messages. */
export interface DeduplicationWindow {
  /** In milliseconds after a key was seen first. */
  readonly ttl: number;
  /** Most keys that are remembered: one more, and the oldest is forgotten. */
  readonly size: number;
}

export interface DeduplicationSettings {
  /** Undefined if a key counts while a message of it is in the queue, and no longer. */
  readonly window: DeduplicationWindow | undefined;
  /** The header that has the key; undefined if it is `x-deduplication-header`, or else the message id. */
  readonly header: string | undefined;
}

const DEFAULT_TTL_MS = 300_000;
const DEFAULT_SIZE = 100_000;
/** A Map takes some 16 million entries. */
export const LARGEST_SIZE = 10_000_000;

/** The arguments are valid: see arguments/queue-arguments.ts. Undefined if they do not ask for deduplication. */
export function readDeduplication(args: FieldTable): DeduplicationSettings | undefined {
  if (!isSet(args, 'x-message-deduplication')) return undefined;
  return { window: readWindow(args), header: textIn(args, 'x-deduplication-header') };
}

/** Either argument asks for a window. */
function readWindow(args: FieldTable): DeduplicationWindow | undefined {
  const ttl = integerIn(args, 'x-cache-ttl');
  const size = integerIn(args, 'x-cache-size');
  if (ttl === undefined && size === undefined) return undefined;
  return { ttl: ttl ?? DEFAULT_TTL_MS, size: size ?? DEFAULT_SIZE };
}
