/**
 * What a queue's arguments and policies ask of it, read once (RabbitMQ: Queues; Time-To-Live and Expiration; Queue Length Limit;
 * Dead Letter Exchanges; Priority Queues; Single Active Consumer; Quorum Queues; Consumers).
 */
import { LENIENT_RULES, type RuleValues } from '../../config/profile.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';
import { numberOf } from '../arguments/field-equality.ts';
import { integerIn, isSet, textIn } from '../arguments/fields.ts';
import { type QueueType, queueTypeOf } from '../arguments/queue-type.ts';
import { type DeduplicationSettings, readDeduplication } from '../arguments/deduplication.ts';
import { delayedRetry, type DelayedRetry } from './delayed-retry.ts';

export type Overflow = 'drop-head' | 'reject-publish' | 'reject-publish-dlx';

export interface QueueSettings {
  readonly type: QueueType;
  /** Longest stay of a message, in milliseconds. */
  readonly messageTtl: number | undefined;
  /** How long the queue stays unused before it goes, in milliseconds. */
  readonly expires: number | undefined;
  /** Most ready messages, and most bytes in their bodies. */
  readonly maxLength: number | undefined;
  readonly maxLengthBytes: number | undefined;
  readonly overflow: Overflow;
  readonly deadLetterExchange: string | undefined;
  readonly deadLetterRoutingKey: string | undefined;
  /** True if a dead letter stays until a queue has taken it (RabbitMQ: x-dead-letter-strategy). */
  readonly atLeastOnce: boolean;
  /** True if that is asked for, and other settings do not allow it. */
  readonly fallsBackToAtMostOnce: boolean;
  /** Highest priority; 0 if the queue knows none. */
  readonly maxPriority: number;
  /** Of a message that names none. */
  readonly defaultPriority: number;
  readonly singleActiveConsumer: boolean;
  /** How often a message may come back before it is dead-lettered, if `countsRetries`. */
  readonly deliveryLimit: number | undefined;
  /** How a message that comes back is delayed; undefined if it is not. */
  readonly delayedRetry: DelayedRetry | undefined;
  /** True if it is counted how often messages come back. */
  readonly countsRetries: boolean;
  /** True if one that comes back by basic.nack counts, as one that was rejected does. */
  readonly returnsCount: boolean;
  /** How long a delivery may wait for its acknowledgement, in milliseconds; 0 for ever. */
  readonly consumerTimeout: number | undefined;
  /** Undefined if the queue takes a message again. */
  readonly deduplication: DeduplicationSettings | undefined;
}

/** What the version of RabbitMQ says if the arguments say nothing. */
type Defaults = Pick<RuleValues, 'deliveryLimit' | 'returnsCount' | 'quorumPriorities'>;

/** RabbitMQ 4.3: Quorum Queues, "Message Priorities". */
const QUORUM_PRIORITY = 4;

/** The arguments are valid: see arguments/queue-arguments.ts. Queues without any share theirs. */
export function readSettings(args: FieldTable, defaults: Defaults = LENIENT): QueueSettings {
  return args.size > 0 ? settingsIn(args, defaults) : NO_SETTINGS;
}

function settingsIn(args: FieldTable, defaults: Defaults): QueueSettings {
  const number = (name: string): number | undefined => integerIn(args, name);
  const text = (name: string): string | undefined => textIn(args, name);
  const type = queueTypeOf(args);
  const limit = number('x-delivery-limit') ?? (type === 'quorum' ? defaults.deliveryLimit : undefined);
  const multiplier = args.get('x-delayed-retry-multiplier');
  const retry = delayedRetry({
    type: text('x-delayed-retry-type'),
    min: number('x-delayed-retry-min'),
    max: number('x-delayed-retry-max'),
    multiplier: multiplier === undefined ? undefined : numberOf(multiplier),
  });
  const overflow = (text('x-overflow') as Overflow | undefined) ?? 'drop-head';
  const deadLetterExchange = text('x-dead-letter-exchange');
  const asked = type === 'quorum' && text('x-dead-letter-strategy') === 'at-least-once';
  const atLeastOnce = asked && overflow === 'reject-publish' && deadLetterExchange !== undefined;
  return {
    type,
    messageTtl: number('x-message-ttl'),
    expires: number('x-expires'),
    maxLength: number('x-max-length'),
    maxLengthBytes: number('x-max-length-bytes'),
    overflow,
    deadLetterExchange,
    atLeastOnce,
    fallsBackToAtMostOnce: asked && !atLeastOnce,
    deadLetterRoutingKey: text('x-dead-letter-routing-key'),
    maxPriority: type === 'quorum' ? defaults.quorumPriorities : (number('x-max-priority') ?? 0),
    defaultPriority: type === 'quorum' ? Math.min(QUORUM_PRIORITY, defaults.quorumPriorities) : 0,
    singleActiveConsumer: isSet(args, 'x-single-active-consumer'),
    deliveryLimit: limit === undefined || limit < 0 ? undefined : limit,
    delayedRetry: retry,
    countsRetries: type === 'quorum' || retry !== undefined,
    returnsCount: type !== 'quorum' || defaults.returnsCount,
    consumerTimeout: number('x-consumer-timeout'),
    deduplication: readDeduplication(args),
  };
}

const LENIENT = LENIENT_RULES.values;
const NO_SETTINGS = settingsIn(EMPTY_TABLE, LENIENT);
