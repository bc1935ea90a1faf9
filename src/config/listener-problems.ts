/** What of the settings of listeners does not fit together, once all of them are known. */
import type { Config } from './config.ts';
import type { ConfigProblem, ConfigSource } from './config-error.ts';
import { TLS_LISTENERS, type TlsListener, tlsSettings } from './tls-config.ts';

/** @param source the one to name: the strongest */
export function listenerProblems(config: Config, source: ConfigSource): ConfigProblem[] {
  const texts = TLS_LISTENERS.flatMap((listener) => tlsProblem(config, listener) ?? []);
  if (config.port === undefined && config.tlsPort === undefined && config.unixSocket === undefined) {
    texts.push('port, tlsPort and unixSocket are all none: no client could connect');
  }
  return texts.map((text) => ({ source, text }));
}

function tlsProblem(config: Config, listener: TlsListener): string | undefined {
  if (config[`${listener}Port`] === undefined) return undefined;
  const { cert, key, ca, verify } = tlsSettings(config, listener);
  if (cert.length === 0) return `${listener}Port needs a certificate: ${listener}Cert and ${listener}Key`;
  if (cert.length !== key.length) {
    return `each certificate needs its key: ${listener}Port has ${cert.length} of the one and ${key.length} of the other`;
  }
  if (verify === 'none' || ca.length > 0) return undefined;
  return `${listener}Verify "${verify}" needs ${listener}Ca: who may have signed the clients' certificates`;
}
