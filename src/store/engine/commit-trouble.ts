/** Whether commits fail, and why: said in the log, and told to who blocks publishers meanwhile. */
import { attemptEach, type Fault } from '../../util/guard.ts';

export type StoreLog = (level: 'info' | 'warn' | 'error', fields: object, message: string) => void;

const COMMIT_FAILED =
  'a commit failed and is tried again; until it works, nothing is confirmed and publishers are blocked.';
const WORKS_AGAIN = 'commits work again: publishers go on';

export class CommitTrouble {
  readonly #fields: object;
  readonly #log: StoreLog;
  readonly #advice: (reason: string) => string;
  readonly #fault: Fault;
  readonly #listeners: ((reason: string | undefined) => void)[] = [];
  #reason: string | undefined;

  /** `fields`: which store it is, for the log. `advice`: what an operator can do about a reason. `fault`: told of what listeners throw. */
  constructor(fields: object, log: StoreLog, advice: (reason: string) => string, fault: Fault) {
    this.#fields = fields;
    this.#log = log;
    this.#advice = advice;
    this.#fault = fault;
  }

  /** Why commits fail; undefined if they work. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** See Store.onTrouble. */
  onTrouble(listener: (reason: string | undefined) => void): void {
    this.#listeners.push(listener);
  }

  set(reason: string | undefined): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason === undefined) this.#log('info', this.#fields, WORKS_AGAIN);
    else this.#log('error', { ...this.#fields, reason }, `${COMMIT_FAILED} ${this.#advice(reason)}`);
    attemptEach(this.#fault, this.#listeners, (listener) => listener(reason));
  }
}
