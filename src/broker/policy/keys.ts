/**
 * The settings that a policy may hold (RabbitMQ: Policies, "Which Policy Keys Are Supported"): which values are valid, what a
 * declared argument of the same name means beside them, and which queue types know them.
 */
import { isRoutingKey } from '../arguments/queue-arguments.ts';
import { maxAgeSeconds } from '../arguments/max-age.ts';
import type { QueueType } from '../arguments/queue-type.ts';
import { LARGEST_SIZE } from '../arguments/deduplication.ts';

/** Both values are of the kind that the key's check lets pass. Returns the one that counts. */
export type Merge = (policy: unknown, other: unknown) => unknown;

export interface PolicyKey {
  /** What the value is, as in "-1 is not a valid message TTL". */
  readonly noun: string;
  readonly valid: (value: unknown) => boolean;
  /** How an operator policy's value combines with a policy's; undefined if operator policies do not know the key. */
  readonly operator?: Merge;
  /** How a declared argument combines with the policy's value; by default the argument counts. */
  readonly argument?: Merge;
  /** Queue types to which a policy with this key does not apply at all. */
  readonly unsupported?: readonly QueueType[];
  /** The key beside which it does apply to them. */
  readonly beside?: string;
}

const isString = (value: unknown): boolean => typeof value === 'string';
const isKey = (value: unknown): boolean => typeof value === 'string' && isRoutingKey(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isInteger = (value: unknown): boolean => Number.isSafeInteger(value);
const atLeast =
  (least: number) =>
  (value: unknown): boolean =>
    isInteger(value) && (value as number) >= least;
const oneOf =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value);
const anything = (): boolean => true;

const min: Merge = (a, b) => ((a as number) <= (b as number) ? a : b);
/** A negative limit is none; then the other one counts. */
const minLimit: Merge = (a, b) => ((a as number) < 0 || (b as number) < 0 ? larger(a, b) : min(a, b));
/** 0 is no timeout; then the other one counts. */
const minTimeout: Merge = (a, b) => (a === 0 || b === 0 ? larger(a, b) : min(a, b));
const operators: Merge = (_policy, operator) => operator;

function larger(a: unknown, b: unknown): unknown {
  return (a as number) >= (b as number) ? a : b;
}

const NOT_STREAM = ['stream'] as const;
const ONLY_QUORUM = ['classic', 'stream'] as const;
const ONLY_CLASSIC = ['quorum', 'stream'] as const;
const ONLY_STREAM = ['classic', 'quorum'] as const;

/** Classic queue mirroring: accepted because old definitions have it, and without effect. */
const mirroring = (noun: string): PolicyKey => ({ noun, valid: anything, unsupported: ONLY_CLASSIC });

const shorterAge: Merge = (a, b) => ((maxAgeSeconds(a) ?? Infinity) <= (maxAgeSeconds(b) ?? Infinity) ? a : b);

export const POLICY_KEYS: ReadonlyMap<string, PolicyKey> = new Map<string, PolicyKey>([
  ['alternate-exchange', { noun: 'alternate exchange name', valid: isString }],
  ['dead-letter-exchange', { noun: 'dead letter exchange name', valid: isString, unsupported: NOT_STREAM }],
  ['dead-letter-routing-key', { noun: 'dead letter routing key', valid: isKey, unsupported: NOT_STREAM }],
  [
    'dead-letter-strategy',
    { noun: 'dead letter strategy', valid: oneOf('at-most-once', 'at-least-once'), unsupported: ONLY_QUORUM },
  ],
  ['message-ttl', { noun: 'message TTL', valid: atLeast(0), operator: min, argument: min, unsupported: NOT_STREAM }],
  ['expires', { noun: 'queue expiry', valid: atLeast(1), operator: min, argument: min, unsupported: NOT_STREAM }],
  ['max-length', { noun: 'maximum length', valid: atLeast(0), operator: min, argument: min, unsupported: NOT_STREAM }],
  ['max-length-bytes', { noun: 'maximum length in bytes', valid: atLeast(0), operator: min, argument: min }],
  [
    'max-in-memory-length',
    { noun: 'maximum memory in bytes', valid: atLeast(0), operator: min, argument: min, unsupported: NOT_STREAM },
  ],
  [
    'max-in-memory-bytes',
    { noun: 'maximum memory in bytes', valid: atLeast(0), operator: min, argument: min, unsupported: NOT_STREAM },
  ],
  [
    'overflow',
    {
      noun: 'overflow value',
      valid: oneOf('drop-head', 'reject-publish', 'reject-publish-dlx'),
      operator: operators,
      unsupported: NOT_STREAM,
    },
  ],
  [
    'delivery-limit',
    {
      noun: 'delivery limit',
      valid: isInteger,
      operator: minLimit,
      argument: minLimit,
      unsupported: ONLY_QUORUM,
      beside: 'delayed-retry-type',
    },
  ],
  ['queue-mode', { noun: 'queue-mode value', valid: oneOf('default', 'lazy'), unsupported: ONLY_CLASSIC }],
  ['queue-version', { noun: 'queue-version value', valid: oneOf(1, 2), operator: operators }],
  ['queue-master-locator', { noun: 'queue master locator', valid: isString, unsupported: ONLY_CLASSIC }],
  [
    'queue-leader-locator',
    {
      noun: 'queue leader locator value',
      valid: oneOf('client-local', 'balanced', 'random', 'least-leaders'),
    },
  ],
  ['initial-cluster-size', { noun: 'cluster size', valid: atLeast(0), unsupported: ONLY_STREAM }],
  [
    'target-group-size',
    { noun: 'target group size', valid: atLeast(0), operator: operators, unsupported: ONLY_QUORUM },
  ],
  [
    'max-age',
    {
      noun: 'max age',
      valid: (value) => maxAgeSeconds(value) !== undefined,
      argument: shorterAge,
      unsupported: ONLY_STREAM,
    },
  ],
  ['stream-max-segment-size-bytes', { noun: 'segment size', valid: atLeast(0), unsupported: ONLY_STREAM }],
  ['stream-filter-size-bytes', { noun: 'filter size', valid: between(16, 255), unsupported: ONLY_STREAM }],
  ['consumer-timeout', { noun: 'consumer timeout', valid: atLeast(0), argument: minTimeout, unsupported: NOT_STREAM }],
  ['message-deduplication', { noun: 'message deduplication value', valid: isBoolean, unsupported: NOT_STREAM }],
  ['cache-size', { noun: 'cache size', valid: between(1, LARGEST_SIZE), unsupported: NOT_STREAM }],
  ['cache-ttl', { noun: 'cache TTL', valid: atLeast(1), unsupported: NOT_STREAM }],
  ['deduplication-header', { noun: 'deduplication header', valid: isString, unsupported: NOT_STREAM }],
  ['consumer-disconnected-timeout', { noun: 'consumer disconnected timeout', valid: atLeast(0) }],
  [
    'delayed-retry-type',
    { noun: 'delayed retry type', valid: oneOf('disabled', 'all', 'failed', 'returned'), unsupported: NOT_STREAM },
  ],
  ['delayed-retry-min', { noun: 'delayed retry minimum', valid: atLeast(0), unsupported: NOT_STREAM }],
  ['delayed-retry-max', { noun: 'delayed retry maximum', valid: atLeast(0), unsupported: NOT_STREAM }],
  [
    'delayed-retry-multiplier',
    {
      noun: 'delayed retry multiplier',
      valid: (value) => typeof value === 'number' && value >= 1,
      unsupported: NOT_STREAM,
    },
  ],
  ['federation-upstream', { noun: 'federation upstream', valid: isString }],
  ['federation-upstream-set', { noun: 'federation upstream set', valid: isString }],
  ['federation-upstream-pattern', { noun: 'federation upstream pattern', valid: isString }],
  ['ha-mode', mirroring('ha-mode value')],
  ['ha-params', mirroring('ha-params value')],
  ['ha-sync-mode', mirroring('ha-sync-mode value')],
  ['ha-sync-batch-size', mirroring('ha-sync-batch-size value')],
  ['ha-promote-on-shutdown', mirroring('ha-promote-on-shutdown value')],
  ['ha-promote-on-failure', mirroring('ha-promote-on-failure value')],
]);

function between(least: number, most: number): (value: unknown) => boolean {
  return (value) => isInteger(value) && (value as number) >= least && (value as number) <= most;
}
