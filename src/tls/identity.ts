/** The broker's certificates and their keys, read from PEM files: everything that can be wrong with a file is found here, before anybody uses it. */
import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsSettings, TlsVersion } from '../config/tls-config.ts';
import { TlsError } from './tls-error.ts';

/** A certificate that clients are shown. */
export interface Identity {
  readonly file: string;
  readonly certificate: X509Certificate;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

const VERSIONS = { 'tlsv1.2': 'TLSv1.2', 'tlsv1.3': 'TLSv1.3' } as const satisfies Record<TlsVersion, string>;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * One for each certificate of the settings, in their order.
 * @throws TlsError
 */
export function readIdentities(settings: TlsSettings): readonly Identity[] {
  const ca = settings.ca.flatMap((file) => certificatesIn(file).map((certificate) => certificate.toString()));
  const crl = settings.crl.map((file) => revocationsIn(file));
  return settings.cert.map((file, index) => {
    const [certificate] = certificatesIn(file);
    const key = keyIn(settings.key[index], settings.keyPassword);
    if (!certificate.checkPrivateKey(key)) {
      throw new TlsError(`the key in ${settings.key[index]} is not that of the certificate in ${file}`);
    }
    const options = {
      ...rules(settings),
      cert: readText(file),
      key: key.export({ type: 'pkcs8', format: 'pem' }),
      // Without a list Node would take the authorities of the web.
      ca,
      ...(crl.length === 0 ? {} : { crl }),
    };
    try {
      return { file, certificate, options, context: createSecureContext(options) };
    } catch (error) {
      throw new TlsError(`TLS cannot be had with ${file}: ${reasonOf(error)}`);
    }
  });
}

function rules({ versions, ciphers }: TlsSettings): SecureContextOptions {
  const [first, last] = [...versions].sort();
  return {
    minVersion: VERSIONS[first],
    maxVersion: VERSIONS[last ?? first],
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(':') }),
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: 'leveret',
  };
}

function certificatesIn(file: string): X509Certificate[] {
  const texts = readText(file).match(CERTIFICATE) ?? [];
  if (texts.length === 0) throw new TlsError(`there is no certificate in ${file}: it has to be in PEM`);
  try {
    return texts.map((text) => new X509Certificate(text));
  } catch (error) {
    throw new TlsError(`the certificate in ${file} cannot be read: ${reasonOf(error)}`);
  }
}

function keyIn(file: string, passphrase: string | undefined): KeyObject {
  const text = readText(file);
  try {
    return createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    const encrypted = text.includes('ENCRYPTED');
    if (!encrypted) throw new TlsError(`the key in ${file} cannot be read: ${reasonOf(error)}`);
    const reason =
      passphrase === undefined ? 'is encrypted, and there is no password' : 'is not encrypted with the password';
    throw new TlsError(`the key in ${file} ${reason}`);
  }
}

function revocationsIn(file: string): string {
  const text = readText(file);
  try {
    createSecureContext({ crl: text, ca: [] });
    return text;
  } catch (error) {
    throw new TlsError(`there is no list of revoked certificates in ${file}: ${reasonOf(error)}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TlsError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** OpenSSL's words without its numbers. */
function reasonOf(error: unknown): string {
  const { reason, message } = error as { readonly reason?: string; readonly message: string };
  return reason ?? message;
}
