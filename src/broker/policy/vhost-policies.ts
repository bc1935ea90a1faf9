/**
 * The policies of a vhost, and the settings that follow from them. One policy and one operator policy count for a queue or
 * an exchange: of those that match, the one with the highest priority (RabbitMQ: Policies).
 */
import { isDeepStrictEqual } from 'node:util';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { PatternMatcher } from '../access/pattern-matcher.ts';
import type { Parameters } from '../parameters/parameters.ts';
import type { TimeSlices } from '../scheduling/time-slices.ts';
import { mergeDefinitions, withDefinition } from './effective-arguments.ts';
import { type PolicySubject, targetOf } from './policy-subject.ts';
import { type ApplyTo, type Policy, type PolicyKind, PolicyRule, type PolicyTarget } from './policy.ts';
import { PolicySweep } from './policy-sweep.ts';

/** What counts for a queue or an exchange beside its own arguments. */
export interface Applied {
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
  /** Both merged, by RabbitMQ's names. Empty if neither applies. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A policy's value in the store, which is RabbitMQ's form. */
interface StoredPolicy {
  readonly pattern: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly 'apply-to': ApplyTo;
}

/** What policies need of their node. */
export interface PolicyContext {
  readonly parameters: Parameters;
  readonly patterns: PatternMatcher;
  readonly timeSlices: TimeSlices;
}

/** The vhost, as its policies see it. */
export interface PolicyVhost {
  readonly name: string;
  /** All that policies are for. */
  policySubjects(): Iterator<PolicySubject>;
  /** Alternate exchanges, or what queues do with what they discard, may be others now. */
  routesChanged(): void;
}

export class VhostPolicies {
  readonly #vhost: string;
  readonly #parameters: Parameters;
  readonly #patterns: PatternMatcher;
  readonly #sweep: PolicySweep;
  readonly #rules: Readonly<Record<PolicyKind, Map<string, PolicyRule>>> = {
    policy: new Map(),
    operator_policy: new Map(),
  };

  constructor(vhost: PolicyVhost, { parameters, patterns, timeSlices }: PolicyContext) {
    this.#vhost = vhost.name;
    this.#parameters = parameters;
    this.#patterns = patterns;
    const swept = {
      policySubjects: () => vhost.policySubjects(),
      reapply: (entity: PolicySubject) => this.#reapply(entity),
      changed: () => vhost.routesChanged(),
    };
    this.#sweep = new PolicySweep(swept, timeSlices);
  }

  /** In no order. */
  list(kind: PolicyKind): Policy[] {
    return [...this.#rules[kind].values()].map(({ policy }) => policy);
  }

  get(kind: PolicyKind, name: string): Policy | undefined {
    return this.#rules[kind].get(name)?.policy;
  }

  /**
   * Sets the policy of this name. It counts at once for what is declared from now on, and for what is there as soon as that had its turn:
   * see whenApplied. Throws ChangeError `invalid` with RabbitMQ's text.
   */
  put(kind: PolicyKind, policy: Policy): void {
    // What makes no sense is refused before anybody hears of it.
    new PolicyRule(kind, policy, this.#patterns);
    const { name, pattern, definition, priority, applyTo } = policy;
    const value: StoredPolicy = { pattern, definition, priority, 'apply-to': applyTo };
    // Definitions are imported at every start: what is as it was must not cost a look at every queue.
    const current = this.#parameters.get(kind, this.#vhost, name);
    if (current !== undefined && isDeepStrictEqual(current, value)) return;
    this.#parameters.put(kind, this.#vhost, name, value);
  }

  /** Returns false if there is none of this name. */
  delete(kind: PolicyKind, name: string): boolean {
    return this.#parameters.delete(kind, this.#vhost, name);
  }

  /**
   * What a policy would mean if it were set: for each queue or exchange, undefined if it does not match, or the one that counts in its place,
   * which is itself if it counts. Throws ChangeError `invalid` with RabbitMQ's text.
   */
  preview(kind: PolicyKind, policy: Policy): (entity: PolicySubject) => Policy | undefined {
    const rule = new PolicyRule(kind, policy, this.#patterns);
    const rules = new Map(this.#rules[kind]).set(policy.name, rule);
    return (entity) => {
      const target = targetOf(entity);
      return rule.matches(target) ? highest(rules, target) : undefined;
    };
  }

  /** The parameter that has the policy is another now, or gone if `value` is undefined. */
  apply(kind: PolicyKind, name: string, value: unknown): void {
    const rules = this.#rules[kind];
    const changed = [rules.get(name)];
    rules.delete(name);
    if (value !== undefined) {
      const { 'apply-to': applyTo, ...rest } = value as StoredPolicy;
      const rule = new PolicyRule(kind, { name, applyTo, ...rest }, this.#patterns);
      rules.set(name, rule);
      changed.push(rule);
    }
    this.#sweep.begin(changed.filter((rule) => rule !== undefined));
  }

  /** Has what is there go by the policies of now in this turn. */
  finish(): void {
    this.#sweep.finish();
  }

  /** Calls back when all queues and exchanges go by the policies of now: mostly at once. */
  whenApplied(callback: () => void): void {
    this.#sweep.whenDone(callback);
  }

  /** What counts for the queue or the exchange. */
  appliedTo(entity: PolicySubject): Applied {
    const target = targetOf(entity);
    const policy = highest(this.#rules.policy, target);
    const operatorPolicy = highest(this.#rules.operator_policy, target);
    const definition = mergeDefinitions(policy?.definition, operatorPolicy?.definition);
    return { policy, operatorPolicy, definition };
  }

  /** Its arguments, completed and bounded by what counts for it. */
  effectiveSettings(entity: PolicySubject): FieldTable {
    return withDefinition(entity.kind, entity.arguments, this.appliedTo(entity).definition);
  }

  /** Gives a new queue or exchange its settings: by default it goes by its arguments alone. */
  applyTo(entity: PolicySubject): void {
    if (this.#rules.policy.size + this.#rules.operator_policy.size > 0) this.#reapply(entity);
  }

  /** Gives the queue or the exchange the settings that count now. */
  #reapply(entity: PolicySubject): void {
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
