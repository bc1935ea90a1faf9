/** Who asks for an operation, and what it may do, with RabbitMQ's reply texts (RabbitMQ: Access Control). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Authority, Identity } from '../access/identity.ts';
import type { Operation } from '../access/permissions.ts';
import type { EntityKind } from '../arguments/errors.ts';
import type { Owner } from '../queue/declared-queue.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { Vhost } from '../topology/vhost.ts';

export interface Actor {
  /** Name of the user, as clients and operators are told it. */
  readonly user: string;
  /** All that it asks for is in this vhost. */
  readonly vhost: Vhost;
  /** Exclusive queues of this owner are its own. */
  readonly owner: Owner;
  /** Name of the connection that it asks by; undefined if it is none. */
  readonly connection: string | undefined;
  /** Another number as soon as it may do something else than before. */
  readonly version: number;
  /** True if it may publish with a user-id that is not its own. */
  readonly impersonator: boolean;
  /** Throws AmqpError ACCESS_REFUSED, of which AccessPending is one. The default exchange is known as `amq.default` here. */
  check(operation: Operation, kind: EntityKind, name: string): void;
  /** Throws AmqpError ACCESS_REFUSED if the exchange is a topic exchange and the routing key is not the actor's. */
  checkTopic(operation: 'write' | 'read', exchange: Exchange | undefined, routingKey: string): void;
  /** True if checkTopic has anything to say about the exchange. */
  isBoundByTopic(exchange: Exchange): boolean;
}

/** Somebody who came in through a listener, with what it may do in the vhost. */
export class UserActor implements Actor {
  readonly identity: Identity;
  readonly #authority: Authority;
  readonly user: string;
  readonly vhost: Vhost;
  readonly owner: Owner;
  readonly connection: string | undefined;

  /** `owner`: the connection; by default the actor itself, which then owns no exclusive queue. */
  constructor(identity: Identity, vhost: Vhost, owner?: Owner & { readonly endpoints: { readonly name: string } }) {
    this.identity = identity;
    this.#authority = identity.authority;
    this.user = identity.name;
    this.vhost = vhost;
    this.owner = owner ?? this;
    this.connection = owner?.endpoints.name;
  }

  get version(): number {
    return this.#authority.version;
  }

  check(operation: Operation, kind: EntityKind, name: string): void {
    const resource = kind === 'exchange' && name === '' ? 'amq.default' : name;
    if (this.#authority.may(this.vhost.name, operation, kind, resource)) return;
    throw new AmqpError(
      'ACCESS_REFUSED',
      `${operation} access to ${kind} '${resource}' in vhost '${this.vhost.name}' refused for user '${this.user}'`,
    );
  }

  checkTopic(operation: 'write' | 'read', exchange: Exchange | undefined, routingKey: string): void {
    if (exchange?.type !== 'topic') return;
    const { user, vhost } = this;
    if (this.#authority.mayUseTopic(vhost.name, operation, exchange.name, routingKey)) return;
    throw new AmqpError(
      'ACCESS_REFUSED',
      `${operation} access to topic '${routingKey}' in exchange '${exchange.name}' in vhost '${vhost.name}' refused for user '${user}'`,
    );
  }

  isBoundByTopic(exchange: Exchange): boolean {
    if (exchange.type !== 'topic') return false;
    return this.#authority.isBoundByTopic(this.vhost.name, exchange.name);
  }

  get impersonator(): boolean {
    return this.identity.tags.includes('impersonator');
  }
}

/** The program that runs the broker, or who may open its control socket: everything is allowed. */
export class OperatorActor implements Actor {
  readonly user: string;
  readonly vhost: Vhost;
  readonly owner: Owner = this;
  readonly connection = undefined;
  readonly version = 0;
  readonly impersonator = true;

  /** `user`: what the actor is called where a user is named. */
  constructor(vhost: Vhost, user = 'rmq-internal') {
    this.vhost = vhost;
    this.user = user;
  }

  check(): void {
    // It may.
  }

  checkTopic(): void {
    // It may.
  }

  isBoundByTopic(): boolean {
    return false;
  }
}
