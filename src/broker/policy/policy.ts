/** A policy: which queues and exchanges it is for, and what it says of them (RabbitMQ: Policies). */
import type { QueueType } from '../arguments/queue-type.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { compilePattern } from '../access/pattern.ts';
import type { PatternMatcher } from '../access/pattern-matcher.ts';
import { printJson } from '../arguments/print-json.ts';
import { POLICY_KEYS } from './keys.ts';

/** A user's policies and the operator's, which bound them. Also RabbitMQ's names of their components. */
export type PolicyKind = 'policy' | 'operator_policy';

export const POLICY_KINDS: readonly PolicyKind[] = ['policy', 'operator_policy'];

export function isPolicyKind(component: string): component is PolicyKind {
  return component === 'policy' || component === 'operator_policy';
}

export const APPLY_TO = ['all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'] as const;
export type ApplyTo = (typeof APPLY_TO)[number];

export interface Policy {
  readonly name: string;
  /** Regular expression for the names of the queues and exchanges. */
  readonly pattern: string;
  /** Settings by RabbitMQ's names, such as `{ "message-ttl": 60000 }`. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Of the policies that match, the one with the highest priority counts. */
  readonly priority: number;
  readonly applyTo: ApplyTo;
}

/** What a policy applies to. */
export interface PolicyTarget {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  /** Of queues only. */
  readonly queueType: QueueType | undefined;
}

const QUEUE_TYPES: Readonly<Partial<Record<ApplyTo, QueueType>>> = {
  classic_queues: 'classic',
  quorum_queues: 'quorum',
  streams: 'stream',
};

/** A policy with its pattern compiled. */
export class PolicyRule {
  readonly policy: Policy;
  readonly #pattern: RegExp;
  readonly #matcher: PatternMatcher;
  readonly #unsupported: ReadonlySet<QueueType>;

  /** Throws ChangeError `invalid` with RabbitMQ's text. */
  constructor(kind: PolicyKind, policy: Policy, matcher: PatternMatcher) {
    check(kind, policy);
    this.policy = policy;
    this.#pattern = compile(policy.pattern);
    this.#matcher = matcher;
    this.#unsupported = new Set(
      Object.keys(policy.definition).flatMap((key) => {
        const { unsupported = [], beside = '' } = POLICY_KEYS.get(key)!;
        return beside in policy.definition ? [] : unsupported;
      }),
    );
  }

  /** A policy with a setting that a queue's type does not know does not apply to the queue at all. */
  matches({ kind, name, queueType }: PolicyTarget): boolean {
    const { applyTo } = this.policy;
    if (kind === 'exchange') {
      // The default exchange takes no settings.
      if (name === '' || (applyTo !== 'all' && applyTo !== 'exchanges')) return false;
    } else {
      if (applyTo !== 'all' && applyTo !== 'queues' && QUEUE_TYPES[applyTo] !== queueType) return false;
      if (queueType !== undefined && this.#unsupported.has(queueType)) return false;
    }
    return this.#matcher.matches(this.#pattern, name);
  }
}

function check(kind: PolicyKind, { definition, priority, applyTo }: Policy): void {
  if (!Number.isSafeInteger(priority))
    throw invalid(`priority should be a number, actually was ${printJson(priority)}`);
  if (!APPLY_TO.includes(applyTo)) {
    throw invalid(
      `apply-to '${String(applyTo)}' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', 'streams', 'exchanges', or 'all'`,
    );
  }
  const entries = Object.entries(definition).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) throw invalid('no policy provided');
  const unknown: string[] = [];
  for (const [key, value] of entries) {
    const known = POLICY_KEYS.get(key);
    if (known === undefined || (kind === 'operator_policy' && known.operator === undefined)) {
      unknown.push(`{${printJson(key)},${printJson(value)}}`);
    } else if (!known.valid(value)) throw invalid(`${printJson(value)} is not a valid ${known.noun}`);
  }
  if (unknown.length > 0) throw invalid(`[${unknown.join(',')}] are not recognised policy settings`);
}

function compile(pattern: string): RegExp {
  try {
    return compilePattern(pattern);
  } catch (error) {
    throw invalid(`pattern should be regular expression but is invalid: ${(error as Error).message}`);
  }
}

function invalid(text: string): ChangeError {
  return new ChangeError('invalid', `Validation failed\n\n${text}\n`);
}
