/**
 * The policies of a vhost, and the settings that follow from them. One policy and one operator policy count for a queue or
 * an exchange: of those that match, the one with the highest priority (RabbitMQ: Policies).
 */
import { isDeepStrictEqual } from 'node:util';
import type { FieldTable } from '../../protocol/field-table.ts';
import { queueTypeOf } from '../arguments/queue-type.ts';
import type { PatternMatcher } from '../access/pattern-matcher.ts';
import type { Parameters } from '../parameters/parameters.ts';
import { type ApplyTo, type Policy, type PolicyKind, PolicyRule, type PolicyTarget } from './policy.ts';
import { mergeDefinitions, withDefinition } from './effective-arguments.ts';

/** A queue or an exchange, as policies see it. */
export interface Governed {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  /** As declared. */
  readonly arguments: FieldTable;
  /** Takes arguments that count from now on: its own, completed and bounded by policies. */
  applySettings?(settings: FieldTable): void;
}

/** What counts for a queue or an exchange beside its own arguments. */
export interface Applied {
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
  /** Both merged, by RabbitMQ's names. Empty where neither applies. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A policy's value in the store, which is RabbitMQ's form. */
interface StoredPolicy {
  readonly pattern: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly 'apply-to': ApplyTo;
}

const KINDS: readonly PolicyKind[] = ['policy', 'operator_policy'];

export class VhostPolicies {
  readonly #vhost: string;
  readonly #parameters: Parameters;
  readonly #patterns: PatternMatcher;
  readonly #changed: () => void;
  readonly #rules: Readonly<Record<PolicyKind, Map<string, PolicyRule>>> = {
    policy: new Map(),
    operator_policy: new Map(),
  };

  /** `changed` is called when queues and exchanges are to be given their settings anew. */
  constructor(vhost: string, parameters: Parameters, patterns: PatternMatcher, changed: () => void) {
    this.#vhost = vhost;
    this.#parameters = parameters;
    this.#patterns = patterns;
    this.#changed = changed;
    for (const kind of KINDS) {
      for (const [name, value] of parameters.of(kind, vhost)) {
        const { 'apply-to': applyTo, ...rest } = value as StoredPolicy;
        this.#rules[kind].set(name, new PolicyRule(kind, { name, applyTo, ...rest }, patterns));
      }
    }
  }

  /** In no order. */
  list(kind: PolicyKind): Policy[] {
    return [...this.#rules[kind].values()].map(({ policy }) => policy);
  }

  get(kind: PolicyKind, name: string): Policy | undefined {
    return this.#rules[kind].get(name)?.policy;
  }

  /** Sets the policy of this name; it counts at once. Throws ChangeError `invalid` with RabbitMQ's text. */
  put(kind: PolicyKind, policy: Policy): void {
    const rule = new PolicyRule(kind, policy, this.#patterns);
    const { name, pattern, definition, priority, applyTo } = policy;
    const value: StoredPolicy = { pattern, definition, priority, 'apply-to': applyTo };
    // Definitions are imported at every start: what is as it was must not cost a look at every queue.
    const current = this.#parameters.get(kind, this.#vhost, name);
    if (current !== undefined && isDeepStrictEqual(current, value)) return;
    this.#rules[kind].set(name, rule);
    this.#parameters.put(kind, this.#vhost, name, value);
    this.#changed();
  }

  /** Returns false where there is none of this name. */
  delete(kind: PolicyKind, name: string): boolean {
    if (!this.#rules[kind].delete(name)) return false;
    this.#parameters.delete(kind, this.#vhost, name);
    this.#changed();
    return true;
  }

  /** What counts for the queue or the exchange. */
  appliedTo(entity: Governed): Applied {
    const { kind, name } = entity;
    const queueType = kind === 'queue' ? queueTypeOf(entity.arguments) : undefined;
    const target: PolicyTarget = { kind, name, queueType };
    const policy = highest(this.#rules.policy, target);
    const operatorPolicy = highest(this.#rules.operator_policy, target);
    const definition = mergeDefinitions(policy?.definition, operatorPolicy?.definition);
    return { policy, operatorPolicy, definition };
  }

  /** Its arguments, completed and bounded by what counts for it. */
  effectiveSettings(entity: Governed): FieldTable {
    return withDefinition(entity.kind, entity.arguments, this.appliedTo(entity).definition);
  }

  /** Gives a new queue or exchange its settings: by default it goes by its arguments alone. */
  apply(entity: Governed): void {
    if (this.#rules.policy.size + this.#rules.operator_policy.size > 0) this.reapply(entity);
  }

  /** Gives the queue or the exchange the settings that count now. */
  reapply(entity: Governed): void {
    entity.applySettings?.(this.effectiveSettings(entity));
  }
}

function highest(rules: ReadonlyMap<string, PolicyRule>, target: PolicyTarget): Policy | undefined {
  let found: Policy | undefined;
  for (const rule of rules.values()) {
    const { policy } = rule;
    if (found !== undefined && comesFirst(found, policy)) continue;
    if (rule.matches(target)) found = policy;
  }
  return found;
}

/** RabbitMQ leaves it open which of two equal priorities counts; here it is the first by name. */
function comesFirst(a: Policy, b: Policy): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.name < b.name);
}
