/** Who a client is by the certificate that it shows (RabbitMQ: the SASL mechanism EXTERNAL of rabbitmq_auth_mechanism_ssl). */
import type { ClientCertificate, ClientTls } from '../../broker/operations/clients.ts';
import type { Credentials, Refusal } from '../../broker/access/identity.ts';
import type { Config } from '../../config/config.ts';

type NameSettings = Pick<Config, 'tlsVerify' | 'certLoginFrom' | 'certLoginSanType' | 'certLoginSanIndex'>;

/** Of a user, who need not exist. What the client says beside its certificate does not count. */
export function credentialsByCertificate(tls: ClientTls | undefined, settings: NameSettings): Credentials | Refusal {
  if (settings.tlsVerify === 'none') return refused('TLS configuration is unsafe: no certificate is checked');
  const certificate = tls?.certificate;
  if (certificate === undefined) return refused('connection peer presented no TLS (x.509) certificate');
  const user = nameIn(certificate, settings);
  return user ? { user, password: undefined } : refused('no name found');
}

function nameIn(certificate: ClientCertificate, { certLoginFrom, ...settings }: NameSettings): string | undefined {
  switch (certLoginFrom) {
    case 'distinguished_name':
      return certificate.subject;
    case 'common_name':
      return certificate.commonName;
    case 'subject_alternative_name':
      return certificate.alternativeNames(settings.certLoginSanType)[settings.certLoginSanIndex];
  }
}

function refused(refusal: string): Refusal {
  return { refusal };
}
