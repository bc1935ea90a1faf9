/** How clients say who they are, and where they come from. */

/** SASL mechanisms, by RabbitMQ's names. ANONYMOUS: as the default user. EXTERNAL: by the certificate that a client shows. */
export const MECHANISMS = ['AMQPLAIN', 'ANONYMOUS', 'EXTERNAL', 'PLAIN'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** What of a certificate is the user's name, by RabbitMQ's words. */
export const CERT_LOGIN_FROM = ['distinguished_name', 'common_name', 'subject_alternative_name'] as const;
export type CertLoginFrom = (typeof CERT_LOGIN_FROM)[number];

export const SAN_TYPES = ['dns', 'ip', 'email', 'uri', 'other_name'] as const;
export type SanType = (typeof SAN_TYPES)[number];

export interface LoginConfig {
  /** File, or `stdout`, for a line about each who comes in, is refused, or changes something; undefined for none. */
  readonly auditLog: string | undefined;
  /** Addresses and networks of proxies that say for whom they connect to AMQP (PROXY protocol); `all` is everywhere. */
  readonly proxyProtocolFrom: readonly string[];
  /** Those that clients are offered; EXTERNAL to those that came by TLS alone. */
  readonly authMechanisms: readonly Mechanism[];
  readonly certLoginFrom: CertLoginFrom;
  /** Which kind of alternative name. */
  readonly certLoginSanType: SanType;
  /** Which of several of that kind, from 0. */
  readonly certLoginSanIndex: number;
}
