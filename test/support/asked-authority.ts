/** Somebody who may do everything but one thing, and who notes what was asked. */
import type { AuthBackend, Authority, Identity } from '../../src/broker/access/identity.ts';
import type { BrokerNode } from '../../src/broker/topology/broker-node.ts';

export class AskedAuthority implements AuthBackend, Identity, Authority {
  readonly name = 'ann';
  readonly tags: readonly string[];
  readonly expiresAt = Infinity;
  readonly holds = true;
  readonly authority = this;
  version = 0;
  readonly asked: string[] = [];
  #denied: string | undefined;

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
    this.asked.length = 0;
    this.version++;
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
    return question !== this.#denied;
  }
}
