/** What a vhost shares with the others of its node. */
import type { BindingRecord } from '../../store/stored-records.ts';
import type { VersionRules } from '../../config/profile.ts';
import type { Chance } from '../../util/chance.ts';
import type { Clock } from '../../util/clock.ts';
import type { DiscardListener } from '../message/discarded.ts';
import type { BrokerCounters } from '../events/broker-counters.ts';
import type { Timers } from '../scheduling/timers.ts';
import type { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import type { TimeSlices } from '../scheduling/time-slices.ts';
import type { ThrottleSignal } from '../flow/publisher-throttle.ts';
import type { AccessLimits } from '../access/access-limits.ts';
import type { Parameters } from '../parameters/parameters.ts';
import type { PatternMatcher } from '../access/pattern-matcher.ts';
import type { QueueNoticeListener } from '../queue/queue-notice.ts';
import type { LogContext } from '../log/log.ts';
import type { VhostChange } from './change.ts';
import type { UnreadableListener } from '../arguments/unreadable.ts';

export interface VhostContext extends LogContext {
  readonly parameters: Parameters;
  readonly patterns: PatternMatcher;
  readonly limits: AccessLimits;
  readonly heapLimit: V8HeapLimit;
  /** By which messages age. */
  readonly timers: Timers;
  /** By which work is measured. */
  readonly clock: Clock;
  readonly chance: Chance;
  /** Of the version of RabbitMQ that the broker stands for. */
  readonly rules: VersionRules;
  readonly throttleSignal: ThrottleSignal;
  readonly timeSlices: TimeSlices;
  readonly counters: BrokerCounters;
  nextQueueId(): number;
  /** Has the store told of changes that were checked, and applies them. */
  commit(changes: readonly VhostChange[]): void;
  readonly unreadable: UnreadableListener;
  readonly discarded: DiscardListener;
  readonly dangling: (binding: BindingRecord) => void;
  readonly notice: QueueNoticeListener;
}
