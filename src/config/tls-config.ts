/** The settings of TLS as sources give them, and what they come to for each listener. */

/** `none`: no client certificate is asked for. `optional`: one that is shown has to be good. `required`: without a good one nobody comes in. */
export const TLS_VERIFY = ['none', 'optional', 'required'] as const;
export type TlsVerify = (typeof TLS_VERIFY)[number];

/** By RabbitMQ's names. */
export const TLS_VERSIONS = ['tlsv1.2', 'tlsv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export interface TlsConfig {
  /** TCP port for AMQP over TLS, 0 to 65535; 0 takes any free port. Undefined: there is none. */
  readonly tlsPort: number | undefined;
  /** Address to listen on for it; undefined: that of `host`. */
  readonly tlsHost: string | undefined;
  /** PEM files, each with a certificate and those that signed it. A client that names a host gets the one for it, else the first. */
  readonly tlsCert: readonly string[];
  /** PEM files with the keys of these certificates, in their order. */
  readonly tlsKey: readonly string[];
  /** What the keys are encrypted with; undefined for nothing. */
  readonly tlsKeyPassword: string | undefined;
  /** PEM files with the authorities that may have signed clients' certificates. */
  readonly tlsCa: readonly string[];
  /** PEM files with the authorities' lists of revoked certificates. With any, each authority of a chain needs one. */
  readonly tlsCrl: readonly string[];
  readonly tlsVerify: TlsVerify;
  /** How many authorities may stand between a client's certificate and one of `tlsCa`; Infinity for any number. */
  readonly tlsDepth: number;
  readonly tlsVersions: readonly TlsVersion[];
  /** Cipher suites by OpenSSL's names, best first; empty: Node's own choice. */
  readonly tlsCiphers: readonly string[];
  /** Time a client has for the TLS handshake, in milliseconds. */
  readonly tlsHandshakeTimeout: number;
  /** The same for the HTTP API and the web page over TLS; what is empty or undefined is as for AMQP. */
  readonly managementTlsPort: number | undefined;
  readonly managementTlsHost: string | undefined;
  readonly managementTlsCert: readonly string[];
  readonly managementTlsKey: readonly string[];
  readonly managementTlsKeyPassword: string | undefined;
  readonly managementTlsCa: readonly string[];
  readonly managementTlsVerify: TlsVerify;
  readonly managementTlsDepth: number;
  /** The same for Prometheus. */
  readonly prometheusTlsPort: number | undefined;
  readonly prometheusTlsHost: string | undefined;
  readonly prometheusTlsCert: readonly string[];
  readonly prometheusTlsKey: readonly string[];
  readonly prometheusTlsKeyPassword: string | undefined;
  readonly prometheusTlsCa: readonly string[];
  readonly prometheusTlsVerify: TlsVerify;
  readonly prometheusTlsDepth: number;
}

/** What the settings of each listener begin with. */
export const TLS_LISTENERS = ['tls', 'managementTls', 'prometheusTls'] as const;
export type TlsListener = (typeof TLS_LISTENERS)[number];

type Secured =
  'cert' | 'key' | 'keyPassword' | 'ca' | 'crl' | 'verify' | 'depth' | 'versions' | 'ciphers' | 'handshakeTimeout';

/** What one listener is secured by: each as the setting of AMQP says. */
export type TlsSettings = { readonly [Name in Secured]: TlsConfig[`tls${Capitalize<Name>}`] };

/** A listener has a certificate of its own with its key, or that of AMQP. */
export function tlsSettings(config: TlsConfig, listener: TlsListener): TlsSettings {
  const own = config[`${listener}Cert`].length > 0 ? listener : 'tls';
  const ownCa = config[`${listener}Ca`].length > 0 ? listener : 'tls';
  return {
    cert: config[`${own}Cert`],
    key: config[`${own}Key`],
    keyPassword: config[`${own}KeyPassword`],
    ca: config[`${ownCa}Ca`],
    crl: config.tlsCrl,
    verify: config[`${listener}Verify`],
    depth: config[`${listener}Depth`],
    versions: config.tlsVersions,
    ciphers: config.tlsCiphers,
    handshakeTimeout: config.tlsHandshakeTimeout,
  };
}

export function hasTls(config: TlsConfig): boolean {
  return TLS_LISTENERS.some((listener) => config[`${listener}Port`] !== undefined);
}
