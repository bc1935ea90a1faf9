/**
 * From connection.start to connection.open-ok (AMQP 0-9-1 sections 2.2.4 and 1.4). A client that says something else than
 * is due is left without an answer, as RabbitMQ does: its socket closes after a while.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { FRAME_MIN_SIZE } from '../../protocol/generated/constants.ts';
import type { ConnectionOpen, ConnectionStartOk, ConnectionTuneOk, Method } from '../../protocol/generated/methods.ts';
import type { ClientTls, ConnectionStage } from '../../broker/operations/clients.ts';
import { isRefusal } from '../../broker/access/authenticate.ts';
import type { Credentials, Identity, Refusal } from '../../broker/access/identity.ts';
import { logIn } from '../../broker/operations/login.ts';
import { wants } from '../../broker/operations/version-rules.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { BrokerContext } from '../broker-context.ts';
import { ClientProperties } from './client-properties.ts';
import { anonymous, readCredentials } from './credentials.ts';
import { credentialsByCertificate } from './external.ts';
import type { Endpoints } from './endpoints.ts';
import type { PendingReplies } from './pending-replies.ts';
import type { Writer } from '../output/writer.ts';

/** The connection, as the handshake sees it. */
export interface GreetedConnection {
  readonly broker: BrokerContext;
  readonly writer: Writer;
  readonly endpoints: Pick<Endpoints, 'name' | 'peer' | 'peerHost' | 'fromLoopback'>;
  readonly tls: ClientTls | undefined;
  client: ClientProperties;
  /** SASL mechanism of the login. */
  mechanism: string;
  readonly stage: ConnectionStage;
  readonly pendingReplies: Pick<PendingReplies, 'await'>;
  readonly frameMax: number;
  /** What was agreed on: channels, bytes, seconds. */
  tune(channelMax: number, frameMax: number, heartbeat: number): void;
  opened(identity: Identity, vhost: Vhost): void;
}

/** What a client may ask for from RabbitMQ 4.1 on, in bytes. */
const LATER_LEAST_FRAME_MAX = 8192;

type Due = 'connection.start-ok' | 'connection.tune-ok' | 'connection.open';

/** A client that broke the handshake: it gets no answer, the log gets the reason. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
}

/** The client is told that it may not come in, though not why: the log gets the reason. */
export class RefusedError extends AmqpError {
  readonly reason: string;

  constructor(reason: string, text: string) {
    super('ACCESS_REFUSED', text, { blameless: true });
    this.reason = reason;
  }
}

export class Handshake {
  readonly #connection: GreetedConnection;
  #due: Due = 'connection.start-ok';
  #identity: Identity | undefined;

  constructor(connection: GreetedConnection) {
    this.#connection = connection;
  }

  start(): void {
    const { writer, broker } = this.#connection;
    writer.method(0, {
      name: 'connection.start',
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: broker.serverProperties,
      mechanisms: Buffer.from(this.#mechanisms.join(' ')),
      locales: Buffer.from('en_US'),
    });
  }

  /** Throws HandshakeError for a method that is not due, AmqpError if the client is told. */
  method(method: Method): void {
    if (method.name !== this.#due) throw new HandshakeError(`${method.name} where ${this.#due} was due`);
    switch (method.name) {
      case 'connection.start-ok':
        return this.#startOk(method);
      case 'connection.tune-ok':
        return this.#tuneOk(method);
      default:
        return this.#open(method);
    }
  }

  #startOk({ clientProperties, mechanism, response }: ConnectionStartOk): void {
    const connection = this.#connection;
    const { node, config } = connection.broker;
    connection.client = new ClientProperties(clientProperties);
    const credentials = this.#credentials(mechanism, response);
    if ('refusal' in credentials) {
      this.#answer(mechanism, '', credentials);
      return;
    }
    const { peerHost: host, fromLoopback: loopback } = connection.endpoints;
    const peer = {
      host,
      loopback,
      get gone() {
        return connection.stage === 'closed';
      },
    };
    connection.pendingReplies.await(logIn(node, credentials, config.loopbackUsers, peer), (found) => {
      if (connection.stage === 'handshake') this.#answer(mechanism, credentials.user, found);
    });
  }

  /** Those that the client was offered: a certificate comes by TLS alone. */
  get #mechanisms(): readonly string[] {
    const { tls, broker } = this.#connection;
    return broker.config.authMechanisms.filter((name) => name !== 'EXTERNAL' || tls !== undefined);
  }

  #credentials(mechanism: string, response: Buffer): Credentials | Refusal {
    const { tls, broker } = this.#connection;
    const isOffered = this.#mechanisms.includes(mechanism);
    if (isOffered && mechanism === 'EXTERNAL') return credentialsByCertificate(tls, broker.config);
    if (isOffered && mechanism === 'ANONYMOUS') return anonymous(broker.config);
    const said = isOffered ? readCredentials(mechanism, response) : undefined;
    return said ?? { refusal: `no credentials by ${mechanism}` };
  }

  #answer(mechanism: string, user: string, answer: Identity | Refusal): void {
    const { node, config, faults } = this.#connection.broker;
    const found = faults?.signedIn(user) ?? answer;
    node.counters.auth.count('amqp091', !isRefusal(found));
    this.#audit(mechanism, user, found);
    if (isRefusal(found)) throw this.#refused(mechanism, found.refusal);
    this.#identity = found;
    this.#connection.mechanism = mechanism;
    const { channelMax, frameMax, heartbeat } = config;
    this.#connection.writer.method(0, { name: 'connection.tune', channelMax, frameMax, heartbeat });
    this.#due = 'connection.tune-ok';
  }

  #audit(mechanism: string, user: string, found: Identity | Refusal): void {
    const { broker, endpoints } = this.#connection;
    const by = { event: 'sign-in', protocol: 'amqp091', peer: endpoints.peer, mechanism } as const;
    if (isRefusal(found)) broker.audit?.record({ ...by, outcome: 'failure', user, reason: found.refusal });
    else broker.audit?.record({ ...by, outcome: 'success', user: found.name });
  }

  #refused(mechanism: string, refusal: string): Error {
    const connection = this.#connection;
    const isOffered = this.#mechanisms.includes(mechanism);
    const reason = isOffered && mechanism === 'EXTERNAL' ? `EXTERNAL login refused: ${refusal}` : refusal;
    if (!connection.client.authenticationFailureClose || !isOffered) return new HandshakeError(reason);
    return new RefusedError(
      reason,
      `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`,
    );
  }

  #tuneOk(method: ConnectionTuneOk): void {
    const connection = this.#connection;
    const { config, node } = connection.broker;
    const channelMax = negotiate('channel_max', method.channelMax, config.channelMax, 1);
    const least = node.rules.permits('frame_max_below_8192') ? FRAME_MIN_SIZE : LATER_LEAST_FRAME_MAX;
    const frameMax = negotiate('frame_max', method.frameMax, config.frameMax, least);
    connection.tune(channelMax, frameMax, method.heartbeat);
    this.#due = 'connection.open';
  }

  #open({ virtualHost }: ConnectionOpen): void {
    const connection = this.#connection;
    const { node, connections } = connection.broker;
    const identity = this.#identity!;
    connection.broker.faults?.opened(identity.name, virtualHost);
    const vhost = connections.enter(identity, virtualHost);
    connection.writer.method(0, { name: 'connection.open-ok' });
    connection.opened(identity, vhost);
    const { name } = connection.endpoints;
    node.observer?.({ type: 'connection-opened', vhost: virtualHost, connection: name, user: identity.name });
    const { frameMax } = connection;
    if (frameMax < LATER_LEAST_FRAME_MAX)
      wants({ vhost, connection: name }, 'frame_max_below_8192', `frame_max ${frameMax}`);
  }
}

/** The client's value, which may lower the server's but not lift it; 0 asks for the server's own. */
function negotiate(name: string, asked: number, limit: number, least: number): number {
  const value = asked === 0 ? limit : asked;
  if (value < least)
    throw new HandshakeError(`negotiated ${name} = ${value} is lower than the minimum allowed value (${least})`);
  if (value > limit)
    throw new HandshakeError(`negotiated ${name} = ${value} is higher than the maximum allowed value (${limit})`);
  return value;
}
