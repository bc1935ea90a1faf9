/** Somebody who was let in, and what it may do, whoever says so: the broker's own users, a token, or a server that is asked. */
import type { EntityKind } from '../arguments/errors.ts';
import type { Operation } from './permissions.ts';

/** Each may throw AccessPending. */
export interface Authority {
  /** Another number as soon as an answer may be another than before. */
  readonly version: number;
  mayEnter(vhost: string): boolean;
  /** `name`: the default exchange is `amq.default` here. */
  may(vhost: string, operation: Operation, kind: EntityKind, name: string): boolean;
  /** Of a topic exchange. */
  mayUseTopic(vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean;
  /** False if every routing key of the topic exchange is allowed anyhow. */
  isBoundByTopic(vhost: string, exchange: string): boolean;
}

export interface Identity {
  /** As clients and operators are told it. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly authority: Authority;
  /** When it is none any more, in milliseconds since the epoch; Infinity for never. */
  readonly expiresAt: number;
  /** False once it is no more: another password, a deleted user. */
  readonly holds: boolean;
  /** The same somebody by a new secret (connection.update-secret). */
  renew(secret: Buffer): Promise<Identity | Refusal>;
}

/** Why somebody is not let in: for the log, and never for who asks. */
export interface Refusal {
  readonly refusal: string;
}

export interface Credentials {
  readonly user: string;
  /** Undefined: who it is has been shown otherwise, such as by a certificate. */
  readonly password: Buffer | undefined;
}

/** Who wants to be let in. */
export interface LoginPeer {
  /** The IP address it comes from. */
  readonly host: string;
  /** True if that is this machine. */
  readonly loopback: boolean;
  /** True once it waits for no answer any more. */
  readonly gone: boolean;
}

/** Who knows users (RabbitMQ: Authentication, Authorisation, Access Control, "Backends"). */
export interface AuthBackend {
  /** By RabbitMQ's short name: `internal`, `http`, `cache`, `oauth2`. */
  readonly name: string;
  /** Who somebody is by its credentials. It rejects for nothing that a client or a server says. */
  authenticate(credentials: Credentials, peer: LoginPeer): Promise<Identity | Refusal>;
  /** What somebody may do whom another backend has let in under this name. `credentials`: by what. */
  authorize(user: string, credentials: Credentials, peer: LoginPeer): Promise<Identity | Refusal>;
}

/** One backend says who somebody is, the same or another what it may do. */
export interface AuthBackendPair {
  readonly authn: AuthBackend;
  readonly authz: AuthBackend;
}
