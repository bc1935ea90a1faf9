/**
 * What somebody may do as a server says it. It is asked when the broker is: until it has answered, the check is pending, and whoever made it makes
 * it again. Answers count for a while, then it is asked anew: so what is taken from a user is gone then, connections that are there included.
 */
import { AccessPending } from '../../broker/access/access-pending.ts';
import type { Authority, Identity } from '../../broker/access/identity.ts';
import type { Operation } from '../../broker/access/permissions.ts';
import type { EntityKind } from '../../broker/arguments/errors.ts';
import type { Clock } from '../../util/clock.ts';
import type { Ask, AuthPath, AuthQuestion } from './question.ts';

/** Answers remembered before all are forgotten. */
const ANSWERS_KEPT = 1000;
/** They count for as many milliseconds at least: for the check that waited for one. */
const LEAST_MS = 1000;

interface Somebody {
  readonly name: string;
  readonly tags: readonly string[];
  /** The IP address it comes from. */
  readonly host: string;
}

export class AskedIdentity implements Identity, Authority {
  readonly name: string;
  readonly tags: readonly string[];
  readonly expiresAt = Infinity;
  readonly holds = true;
  readonly #host: string;
  readonly #ask: Ask;
  readonly #clock: Clock;
  readonly #answersCountMs: number;
  readonly #answers = new Map<string, boolean>();
  #answersOf = 0;

  constructor({ name, tags, host }: Somebody, ask: Ask, clock: Clock, answersCountMs: number) {
    this.name = name;
    this.tags = tags;
    this.#host = host;
    this.#ask = ask;
    this.#clock = clock;
    this.#answersCountMs = answersCountMs;
  }

  get authority(): Authority {
    return this;
  }

  renew(): Promise<Identity> {
    return Promise.resolve(this);
  }

  /** The number of the time in which answers count. */
  get version(): number {
    return Math.floor(this.#clock.elapsed() / Math.max(this.#answersCountMs, LEAST_MS));
  }

  mayEnter(vhost: string): boolean {
    return this.#allows('vhost', { vhost, ip: this.#host });
  }

  may(vhost: string, operation: Operation, kind: EntityKind, name: string): boolean {
    return this.#allows('resource', { vhost, resource: kind, name, permission: operation });
  }

  mayUseTopic(vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean {
    return this.#allows('topic', {
      vhost,
      resource: 'topic',
      name: exchange,
      permission: operation,
      routing_key: routingKey,
      'variable_map.username': this.name,
      'variable_map.vhost': vhost,
    });
  }

  isBoundByTopic(): boolean {
    return true;
  }

  #allows(path: AuthPath, about: AuthQuestion): boolean {
    const question = { username: this.name, ...about, tags: this.tags.join(' ') };
    const key = JSON.stringify([path, about]);
    this.#forgetOld();
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new AccessPending(this.#learn(key, path, question));
    // Who was refused may be allowed the next time: that is asked again.
    if (!answer) this.#answers.delete(key);
    return answer;
  }

  async #learn(key: string, path: AuthPath, question: AuthQuestion): Promise<void> {
    const answer = await this.#ask(path, question);
    // It is not of the past, however long that took.
    this.#forgetOld();
    if (this.#answers.size >= ANSWERS_KEPT) this.#answers.clear();
    this.#answers.set(key, answer?.allowed === true);
  }

  #forgetOld(): void {
    const { version } = this;
    if (this.#answersOf === version) return;
    this.#answersOf = version;
    this.#answers.clear();
  }
}
