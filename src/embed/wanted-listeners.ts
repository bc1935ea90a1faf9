/** What a broker is to listen on, as its config has it, with what each listener is secured by. */
import type { Config } from '../config/config.ts';
import type { TlsListener } from '../config/tls-config.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';
import type { Tls } from '../tls/tls.ts';

/** A listener before it listens: the host may be a name, the port 0. */
export interface WantedListener {
  readonly protocol: string;
  readonly port: number;
  readonly host: string;
  readonly contexts?: SecureContexts | undefined;
}

export function wantedListeners(config: Config, tls: Tls | undefined): WantedListener[] {
  const { host, managementHost = host, prometheusHost = host } = config;
  const { tlsHost = host, managementTlsHost = managementHost, prometheusTlsHost = prometheusHost } = config;
  const contextsOf = (listener: TlsListener) => tls?.of(listener);
  const all: (Omit<WantedListener, 'port'> & { readonly port: number | undefined })[] = [
    { protocol: 'amqp', port: config.port, host },
    { protocol: 'amqp/ssl', port: config.tlsPort, host: tlsHost, contexts: contextsOf('tls') },
    { protocol: 'http', port: config.managementPort, host: managementHost },
    {
      protocol: 'https',
      port: config.managementTlsPort,
      host: managementTlsHost,
      contexts: contextsOf('managementTls'),
    },
    { protocol: 'http/prometheus', port: config.prometheusPort, host: prometheusHost },
    {
      protocol: 'https/prometheus',
      port: config.prometheusTlsPort,
      host: prometheusTlsHost,
      contexts: contextsOf('prometheusTls'),
    },
  ];
  return all.filter((each): each is WantedListener => each.port !== undefined);
}
