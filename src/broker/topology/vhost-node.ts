/** The node, as its vhosts see it: what they share. */
import type { BindingRecord } from '../../store/stored-records.ts';
import type { Chance } from '../../util/chance.ts';
import type { AccessLimits } from '../access/access-limits.ts';
import type { UnreadableListener } from '../arguments/unreadable.ts';
import type { BrokerCounters } from '../events/broker-counters.ts';
import type { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import type { DiscardListener } from '../message/discarded.ts';
import type { PolicyContext } from '../policy/vhost-policies.ts';
import type { QueueNode } from '../queue/queue-host.ts';
import type { VhostChange } from './change.ts';

export interface VhostNode extends QueueNode, PolicyContext {
  readonly name: string;
  readonly limits: AccessLimits;
  readonly heapLimit: V8HeapLimit;
  readonly chance: Chance;
  readonly counters: BrokerCounters;
  /** Has the store told of changes that were checked, and applies them. */
  commit(changes: readonly VhostChange[], connection?: string): void;
  readonly unreadable: UnreadableListener;
  readonly discarded: DiscardListener;
  /** Has the store give up a binding that lacks one of its ends, and tells of it. */
  removeDangling(binding: BindingRecord): void;
}
