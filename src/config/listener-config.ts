/** The settings of what a broker listens on, without TLS. */

export interface ListenerConfig {
  /** TCP port for AMQP, 0 to 65535; 0 takes any free port. Undefined: clients come by TLS alone. */
  readonly port: number | undefined;
  /** Address to listen on. `::` means every address of the machine: IPv6 and IPv4, or IPv4 alone where there is no IPv6. */
  readonly host: string;
  /** Path of a Unix socket for AMQP, beside the ports; undefined: there is none. */
  readonly unixSocket: string | undefined;
  /** Mode of its file, which says who of the machine may use it: 0o660, for one. */
  readonly unixSocketMode: number;
  /** TCP port for the HTTP API and the web page, 0 to 65535; 0 takes any free port. Undefined: there is neither. */
  readonly managementPort: number | undefined;
  /** Address to listen on for them; undefined: that of `host`. */
  readonly managementHost: string | undefined;
  /** Origins whose pages may use the HTTP API and AMQP over WebSocket; `*` is every one. */
  readonly managementCorsOrigins: readonly string[];
  /** Path of the URL by which AMQP over WebSocket comes to the ports of the HTTP API; undefined: there is none. */
  readonly websocketPath: string | undefined;
  /** TCP port for Prometheus, 0 to 65535; 0 takes any free port. Undefined: there are no metrics. */
  readonly prometheusPort: number | undefined;
  /** Address to listen on for Prometheus; undefined: that of `host`. */
  readonly prometheusHost: string | undefined;
}
