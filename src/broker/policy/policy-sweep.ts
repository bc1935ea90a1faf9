/**
 * What follows for the queues and exchanges of a vhost when its policies change: those that a changed policy matches, or matched before, get
 * their settings anew. It is done in time slices, one of them after the other and each whole; the policies of that moment decide, so a
 * change that comes meanwhile is never undone by an earlier one.
 */
import type { SlicedTask, TimeSlices } from '../scheduling/time-slices.ts';
import type { PolicyRule } from './policy.ts';
import { type PolicySubject, targetOf } from './policy-subject.ts';

export interface SweptVhost {
  /** All there are; what is added while it is gone through may come or not. */
  policySubjects(): Iterator<PolicySubject>;
  /** Gives it the settings that count now. */
  reapply(entity: PolicySubject): void;
  /** Exchanges have other settings now, or all of a change was done: routes may be others. */
  changed(): void;
}

export class PolicySweep implements SlicedTask {
  /** What a queue then has to discard is done by tasks of its own. */
  readonly writes = false;
  readonly #vhost: SweptVhost;
  readonly #timeSlices: TimeSlices;
  readonly #waiting: (() => void)[] = [];
  /** Those that came or went since this round began. */
  #changed: PolicyRule[] = [];
  /** Those of this round. */
  #rules: readonly PolicyRule[] = [];
  #entities: Iterator<PolicySubject> | undefined;

  constructor(vhost: SweptVhost, timeSlices: TimeSlices) {
    this.#vhost = vhost;
    this.#timeSlices = timeSlices;
  }

  /** The policies came, went, or took each other's place. */
  begin(rules: readonly PolicyRule[]): void {
    this.#changed.push(...rules);
    this.#timeSlices.do(this);
  }

  /** Calls back when everything goes by the policies of now, or nobody will see to that any more. */
  whenDone(callback: () => void): void {
    if (this.#isDone) callback();
    else this.#waiting.push(callback);
  }

  step(): boolean {
    if (this.#isDone) return false;
    this.#entities ??= this.#nextRound();
    const next = this.#entities.next();
    if (next.done !== true) {
      this.#visit(next.value);
      return true;
    }
    this.#vhost.changed();
    this.#entities = undefined;
    if (this.#changed.length > 0) return true;
    this.stop();
    return false;
  }

  /** Does all that is left in this turn. */
  finish(): void {
    while (this.step());
  }

  /** Whoever waits is told: if the broker stops, the next start applies what is stored. */
  stop(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }

  get #isDone(): boolean {
    return this.#entities === undefined && this.#changed.length === 0;
  }

  #nextRound(): Iterator<PolicySubject> {
    this.#rules = this.#changed;
    this.#changed = [];
    return this.#vhost.policySubjects();
  }

  #visit(entity: PolicySubject): void {
    const target = targetOf(entity);
    if (!this.#rules.some((rule) => rule.matches(target))) return;
    try {
      this.#vhost.reapply(entity);
    } catch (error) {
      // The others are to have theirs.
      this.#timeSlices.add(this);
      throw error;
    }
    if (entity.kind === 'exchange') this.#vhost.changed();
  }
}
