/** Somebody who has shown a token, and what its scopes let do: `configure:VHOST/NAME`, `write:VHOST/NAME/ROUTING_KEY` and so on. */
import type { Authority, Identity, Refusal } from '../../broker/access/identity.ts';
import type { Operation } from '../../broker/access/permissions.ts';
import type { EntityKind } from '../../broker/arguments/errors.ts';
import type { Claims } from './claims.ts';
import { literally, type Wildcard, wildcard } from './wildcard.ts';

interface Grant {
  readonly operation: Operation;
  /** Percent-encoded, with names in braces. */
  readonly vhost: string;
  readonly name: string;
  /** Undefined: of no topic. */
  readonly routingKey: string | undefined;
}

const SCOPE = /^(configure|write|read):([^/]*)\/([^/]*)(?:\/([^/]*))?$/;

export interface TokenContent {
  readonly name: string;
  readonly tags: readonly string[];
  readonly scopes: readonly string[];
  readonly claims: Claims;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export class TokenIdentity implements Identity, Authority {
  readonly name: string;
  readonly tags: readonly string[];
  readonly expiresAt: number;
  readonly holds = true;
  /** Another token is another identity. */
  readonly version = 0;
  readonly renew: (secret: Buffer) => Promise<Identity | Refusal>;
  readonly #grants: readonly Grant[];
  readonly #claims: Claims;
  readonly #patterns = new Map<string, Wildcard>();

  constructor({ name, tags, scopes, claims, expiresAt }: TokenContent, renew: TokenIdentity['renew']) {
    this.name = name;
    this.tags = tags;
    this.expiresAt = expiresAt;
    this.renew = renew;
    this.#claims = claims;
    this.#grants = scopes.flatMap((scope) => {
      const [, operation, vhost, named, routingKey] = SCOPE.exec(scope) ?? [];
      return operation === undefined ? [] : [{ operation: operation as Operation, vhost, name: named, routingKey }];
    });
  }

  get authority(): Authority {
    return this;
  }

  mayEnter(vhost: string): boolean {
    return this.#grants.some((grant) => this.#matches(grant.vhost, vhost, vhost));
  }

  may(vhost: string, operation: Operation, _kind: EntityKind, name: string): boolean {
    return this.#grants.some((grant) => this.#covers(grant, vhost, operation, name));
  }

  mayUseTopic(vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean {
    return this.#grants.some(
      (grant) =>
        grant.routingKey !== undefined &&
        this.#covers(grant, vhost, operation, exchange) &&
        this.#matches(grant.routingKey, routingKey, vhost),
    );
  }

  isBoundByTopic(): boolean {
    return true;
  }

  #covers(grant: Grant, vhost: string, operation: Operation, name: string): boolean {
    return (
      grant.operation === operation &&
      this.#matches(grant.vhost, vhost, vhost) &&
      this.#matches(grant.name, name, vhost)
    );
  }

  #matches(pattern: string, text: string, vhost: string): boolean {
    const whole = pattern.includes('{') ? this.#filledIn(pattern, vhost) : pattern;
    let matches = this.#patterns.get(whole);
    if (matches === undefined) this.#patterns.set(whole, (matches = wildcard(whole)));
    return matches(text);
  }

  /** `{vhost}` stands for the vhost, another name for the claim: whatever is in them stands for itself. */
  #filledIn(pattern: string, vhost: string): string {
    return pattern.replace(/\{([^{}]*)\}/g, (_, name: string) => {
      const claim = Object.hasOwn(this.#claims, name) ? this.#claims[name] : undefined;
      return literally(name === 'vhost' ? vhost : typeof claim === 'string' ? claim : name);
    });
  }
}
