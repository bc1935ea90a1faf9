/**
 * The clients' connections of a broker, whatever listener they came in by: how many there may be, and when all of them are told
 * something. What is open is counted when a limit is set and only then: nobody else pays for it, and no counter can go wrong.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { limitOf } from '../access/access-limits.ts';
import type { Identity } from '../access/identity.ts';
import type { ClientConnection } from './clients.ts';
import { attempt } from '../../util/guard.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { Vhost } from '../topology/vhost.ts';

export class Connections {
  readonly #node: BrokerNode;
  readonly #maxConnections: number;
  readonly #open = new Set<ClientConnection>();

  /** `maxConnections`: of the whole broker; Infinity for no limit. */
  constructor(node: BrokerNode, maxConnections: number) {
    this.#node = node;
    this.#maxConnections = maxConnections;
    const relieve = (): void => {
      for (const connection of this.#open) attempt(connection.fault, relieveOne, connection);
    };
    node.backlog.onLow(relieve);
    node.alarms.onCleared(relieve);
    node.onDeletion((kind, name) => {
      for (const connection of [...this.#open]) {
        const theirs = kind === 'vhost' ? connection.vhost?.name : connection.user;
        if (theirs === name) attempt(connection.fault, () => connection.close(forced(`${kind} '${name}' is deleted`)));
      }
    });
  }

  [Symbol.iterator](): IterableIterator<ClientConnection> {
    return this.#open.values();
  }

  get size(): number {
    return this.#open.size;
  }

  add(connection: ClientConnection): void {
    this.#open.add(connection);
    this.#node.counters.connections.add(connection.counters);
  }

  /** The client is in the vhost. */
  entered({ counters }: ClientConnection, vhost: Vhost): void {
    vhost.counters.connections.add(counters);
  }

  delete(connection: ClientConnection): void {
    const { connections, churn } = this.#node.counters;
    this.#open.delete(connection);
    connections.end(connection.counters);
    const { vhost, user, endpoints } = connection;
    if (vhost === undefined || user === undefined) return;
    vhost.counters.connections.end(connection.counters);
    churn.connectionClosed++;
    this.#node.observer?.({ type: 'connection-closed', vhost: vhost.name, connection: endpoints.name, user });
  }

  /**
   * Lets a user's connection into a vhost. Throws AccessPending, and AmqpError NOT_ALLOWED if there is no such vhost, the user may not enter it, or there
   * are as many connections as there may be: of the broker, the vhost, or the user.
   */
  enter({ name: user, authority }: Identity, name: string): Vhost {
    const vhost = this.#node.vhost(name);
    if (this.#open.size > this.#maxConnections) {
      throw notAllowed(`connection refused: node connection limit (${this.#maxConnections}) is reached`);
    }
    if (vhost === undefined) throw notAllowed(`vhost ${name} not found`);
    this.#checkLimits(user, name);
    if (!authority.mayEnter(name)) throw vhostRefused(user, name);
    this.#node.counters.churn.connectionCreated++;
    return vhost;
  }

  /** Throws AmqpError NOT_ALLOWED if the user has as many channels open as it may, on all its connections. */
  checkChannelLimit(user: string): void {
    const limit = limitOf(this.#node.limits.user(user)['max-channels']);
    if (limit === Infinity) return;
    let open = 0;
    for (const connection of this.#open) if (connection.user === user) open += connection.channels.size;
    if (open < limit) return;
    const text = `number of channels opened for user '${user}' has reached the maximum allowed user limit of (${limit})`;
    throw new AmqpError('NOT_ALLOWED', text, { blameless: true });
  }

  #checkLimits(user: string, vhost: string): void {
    const ofVhost = limitOf(this.#node.limits.vhost(vhost)['max-connections']);
    if (this.#reaches(ofVhost, (connection) => connection.vhost?.name === vhost)) {
      throw notAllowed(
        `access to vhost '${vhost}' refused for user '${user}': connection limit (${ofVhost}) is reached`,
      );
    }
    const ofUser = limitOf(this.#node.limits.user(user)['max-connections']);
    if (this.#reaches(ofUser, (connection) => connection.user === user)) {
      throw notAllowed(`connection refused for user '${user}': user connection limit (${ofUser}) is reached`);
    }
  }

  #reaches(limit: number, counts: (connection: ClientConnection) => boolean): boolean {
    if (limit === Infinity) return false;
    let open = 0;
    for (const connection of this.#open) if (connection.stage === 'running' && counts(connection)) open++;
    return open >= limit;
  }
}

function relieveOne({ flow }: ClientConnection): void {
  flow.relieved();
}

/** The broker, or who operates it, ends a connection: 320 with the reason as its text. */
export function forced(reason: string): AmqpError {
  return new AmqpError('CONNECTION_FORCED', reason);
}

export function vhostRefused(user: string, vhost: string): AmqpError {
  return notAllowed(`access to vhost '${vhost}' refused for user '${user}'`);
}

function notAllowed(text: string): AmqpError {
  return new AmqpError('NOT_ALLOWED', text);
}
