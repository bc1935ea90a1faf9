/** What a connection's user may do in its vhost, with RabbitMQ's reply texts (RabbitMQ: Access Control). */
import type { Auth } from '../../broker/access/auth.ts';
import type { EntityKind } from '../../broker/arguments/errors.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Operation } from '../../broker/access/permissions.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

export class Access {
  readonly #auth: Auth;
  readonly user: string;
  readonly vhost: string;

  constructor(auth: Auth, user: string, vhost: string) {
    this.#auth = auth;
    this.user = user;
    this.vhost = vhost;
  }

  /** Throws AmqpError ACCESS_REFUSED. The default exchange is known as `amq.default` here. */
  check(operation: Operation, kind: EntityKind, name: string): void {
    const resource = kind === 'exchange' && name === '' ? 'amq.default' : name;
    if (this.#auth.may(this.user, this.vhost, operation, resource)) return;
    throw new AmqpError(
      'ACCESS_REFUSED',
      `${operation} access to ${kind} '${resource}' in vhost '${this.vhost}' refused for user '${this.user}'`,
    );
  }

  /** Throws AmqpError ACCESS_REFUSED where the exchange is a topic exchange and the routing key is not the user's. */
  checkTopic(operation: 'write' | 'read', exchange: Exchange | undefined, routingKey: string): void {
    if (exchange?.type !== 'topic') return;
    const { user, vhost } = this;
    if (this.#auth.mayUseTopic(user, vhost, operation, exchange.name, routingKey)) return;
    throw new AmqpError(
      'ACCESS_REFUSED',
      `${operation} access to topic '${routingKey}' in exchange '${exchange.name}' in vhost '${vhost}' refused for user '${user}'`,
    );
  }

  get impersonator(): boolean {
    return this.#auth.user(this.user)?.tags.includes('impersonator') === true;
  }
}
