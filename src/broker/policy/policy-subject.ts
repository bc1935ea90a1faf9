/** What policies are for: the queues and exchanges of a vhost. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { queueTypeOf } from '../arguments/queue-type.ts';
import type { PolicyTarget } from './policy.ts';

/** A queue or an exchange, as policies see it. */
export interface PolicySubject {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  /** As declared. */
  readonly arguments: FieldTable;
  /** Takes arguments that count from now on: its own, completed and bounded by policies. */
  applySettings?(settings: FieldTable): void;
}

export function targetOf({ kind, name, arguments: args }: PolicySubject): PolicyTarget {
  return { kind, name, queueType: kind === 'queue' ? queueTypeOf(args) : undefined };
}
