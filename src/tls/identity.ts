/** The broker's certificates and their keys, read from PEM files: everything that can be wrong with a file is found here, before anybody uses it. */
import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsSettings, TlsVersion } from '../config/tls-config.ts';
import { withPathLength } from './path-length.ts';
import { TlsError } from './tls-error.ts';

/** A certificate that clients are shown. */
export interface Identity {
  readonly file: string;
  readonly certificate: X509Certificate;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

/** One of those that are trusted, and where it was found. */
interface Authority {
  readonly file: string;
  readonly certificate: X509Certificate;
}

const VERSIONS = { 'tlsv1.2': 'TLSv1.2', 'tlsv1.3': 'TLSv1.3' } as const satisfies Record<TlsVersion, string>;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * One for each certificate of the settings, in their order.
 * @throws TlsError
 */
export function readIdentities(settings: TlsSettings): readonly Identity[] {
  const authorities = settings.ca.flatMap((file) => certificatesIn(file).map((certificate) => ({ file, certificate })));
  const ca = authorities.map((authority) => trusted(authority, settings.depth).toString());
  const crl = settings.crl.map((file) => revocationsIn(file));
  return settings.cert.map((file, index) => {
    const certificates = certificatesIn(file);
    const [certificate] = certificates;
    const key = keyIn(settings.key[index], settings.keyPassword);
    if (!certificate.checkPrivateKey(key)) {
      throw new TlsError(`the key in ${settings.key[index]} is not that of the certificate in ${file}`);
    }
    const options = {
      ...rules(settings),
      cert: (certificates.length > 1 ? certificates : withIssuers(certificates, authorities)).join(''),
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

/** What clients' certificates are checked by, with the depth said in it if it ends a chain. */
function trusted({ file, certificate }: Authority, depth: number): X509Certificate {
  if (depth === Infinity || !certificate.checkIssued(certificate)) return certificate;
  const limited = withPathLength(certificate, depth);
  if (limited !== undefined) return limited;
  throw new TlsError(`no depth can be held to with ${file}: a certificate in it has no basic constraints`);
}

/** What clients are shown if the file has one certificate only: OpenSSL would take the others from what it trusts, which may be copies. */
function withIssuers(chain: X509Certificate[], authorities: readonly Authority[]): X509Certificate[] {
  const last = chain.at(-1)!;
  const shown = ({ raw }: X509Certificate) => chain.some((certificate) => certificate.raw.equals(raw));
  const issuer = authorities.find(({ certificate }) => !shown(certificate) && last.checkIssued(certificate));
  return issuer === undefined ? chain : withIssuers([...chain, issuer.certificate], authorities);
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
