/** What a queue asks of the vhost that it belongs to, and shares with all others of its node. */
import type { VersionRules } from '../../config/profile.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { Observer } from '../events/observer.ts';
import type { QueueCounters } from '../events/queue-counters.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';
import type { ThrottleSignal } from '../flow/publisher-throttle.ts';
import type { LogContext } from '../log/log-context.ts';
import type { Message } from '../message/message.ts';
import type { Unreadable } from '../arguments/unreadable.ts';
import type { MessageTarget } from '../message/message-target.ts';
import type { DeclaredQueue } from './declared-queue.ts';
import type { QueueNoticeListener } from './queue-notice.ts';
import type { QueueSettings } from './queue-settings.ts';

export interface DyingQueue {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly counters: QueueCounters;
}

/** Which message of a queue died, and how. */
export interface DeathInQueue {
  /** Its number in the queue; -1 if the queue never kept it. */
  readonly seq: number;
  readonly reason: DeathReason;
  /** In milliseconds since the epoch. */
  readonly at: number;
}

/** Who has taken a dead letter. */
export type Takers = Set<MessageTarget>;

/** The node, as its queues see it. */
export interface QueueNode extends LogContext, Scheduling {
  readonly throttleSignal: ThrottleSignal;
  /** What has to be read before clients come. */
  readonly loads: Set<Promise<void>>;
  /** Of the version of RabbitMQ that the broker stands for. */
  readonly rules: VersionRules;
  /** Told what the operator is to hear of queues. */
  readonly notice: QueueNoticeListener;
}

export interface QueueHost {
  readonly node: QueueNode;
  /** The vhost's name. */
  readonly name: string;
  readonly observer: Observer | undefined;
  /** True while so many dead letters have come of one message that what the next ones drive out of their queues is for another turn. */
  readonly deadLetterBurst: boolean;
  /** Rises with each change that may change a route. */
  readonly version: number;
  /**
   * The queue discards a message; the view is only valid during the call. `seq`: its number there, -1 if it was never kept. Without a dead letter
   * exchange nothing happens.
   */
  deadLetter(queue: DyingQueue, message: Message, seq: number, reason: DeathReason): void;
  /**
   * Sends a dead letter to each queue of its way that is not in `taken`, and adds those that take it. Returns false if there is none, or one
   * refuses it: the message is to be kept. Throws if it cannot be made.
   */
  deadLetterSurely(queue: DyingQueue, message: Message, death: DeathInQueue, taken: Takers): boolean;
  /** A message of the queue cannot be handled: it goes to the dead letter exchange, if that is not what went wrong. */
  discarded(queue: string, reason: unknown): void;
  /** Something of the queue cannot be read. */
  unreadable(what: Unreadable, name: string, reason: Error): void;
  /** A queue was unused for as long as it may be. */
  deleteQueue(queue: DeclaredQueue): void;
}
