/** Somebody who may do everything but one thing, or nothing but some things, and who notes what was asked. */
import type { AuthBackend, Authority, Identity } from '../../src/broker/access/identity.ts';
import type { BrokerNode } from '../../src/broker/topology/broker-node.ts';

export class AskedAuthority implements AuthBackend, Identity, Authority {
  readonly name = 'ann';
  tags: readonly string[];
  readonly expiresAt = Infinity;
  readonly holds = true;
  readonly authority = this;
  version = 0;
  readonly asked: string[] = [];
  #denied: string | undefined;
  /** Undefined: all but that. */
  #allowed: ReadonlySet<string> | undefined;

  /** Lets everybody in as this one. */
  static for(node: BrokerNode, tags: readonly string[] = []): AskedAuthority {
    const authority = new AskedAuthority(tags);
    node.backends = [{ authn: authority, authz: authority }];
    return authority;
  }

  private constructor(tags: readonly string[]) {
    this.tags = tags;
  }

  /** From now on this is not allowed, if anything; what was asked before is forgotten. */
  deny(question: string | undefined): void {
    this.#denied = question;
    this.#allowed = undefined;
    this.asked.length = 0;
    this.version++;
  }

  /** From now on these are allowed; the first other question that is asked is not, nor is it when it is asked again. */
  allowOnly(questions: ReadonlySet<string>): void {
    this.deny(undefined);
    this.#allowed = questions;
  }

  /** What was not allowed, if anything was not. */
  get denied(): string | undefined {
    return this.#denied;
  }

  authenticate(): Promise<Identity> {
    return Promise.resolve(this);
  }

  authorize(): Promise<Identity> {
    return Promise.resolve(this);
  }

  renew(): Promise<Identity> {
    return Promise.resolve(this);
  }

  mayEnter(vhost: string): boolean {
    return this.#ask(`enter ${vhost}`);
  }

  may(_vhost: string, operation: string, kind: string, name: string): boolean {
    return this.#ask(`${operation} ${kind} ${name}`);
  }

  mayUseTopic(_vhost: string, operation: string, exchange: string, routingKey: string): boolean {
    return this.#ask(`${operation} topic ${exchange} ${routingKey}`);
  }

  isBoundByTopic(): boolean {
    return true;
  }

  #ask(question: string): boolean {
    this.asked.push(question);
    if (this.#allowed?.has(question) === false) this.#denied ??= question;
    return question !== this.#denied;
  }
}
