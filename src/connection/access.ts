/** What a connection's user may do in its vhost, with RabbitMQ's reply texts (RabbitMQ: Access Control). */
import type { Auth, Operation } from '../broker/auth.ts';
import type { EntityKind } from '../broker/errors.ts';
import { AmqpError } from '../protocol/amqp-error.ts';

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

  get impersonator(): boolean {
    return this.#auth.user(this.user)?.tags.includes('impersonator') === true;
  }
}
