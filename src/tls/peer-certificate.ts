/** A client's certificate, in RabbitMQ's forms. */
import type { X509Certificate } from 'node:crypto';
import type { SanType } from '../config/login-config.ts';

/** RabbitMQ's names of attributes that OpenSSL calls otherwise. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  GN: 'GIVENNAME',
  initials: 'INITIALS',
  generationQualifier: 'GENERATIONQUALIFIER',
  title: 'TITLE',
  serialNumber: 'SERIALNUMBER',
  pseudonym: 'PSEUDONYM',
  emailAddress: 'EMAILADDRESS',
  street: 'STREET',
};

/** OpenSSL's words for kinds of alternative names. */
const SAN_PREFIXES: Readonly<Record<SanType, string>> = {
  dns: 'DNS',
  ip: 'IP Address',
  email: 'email',
  uri: 'URI',
  other_name: 'othername',
};

export class PeerCertificate {
  readonly #certificate: X509Certificate;

  constructor(certificate: X509Certificate) {
    this.#certificate = certificate;
  }

  /** `CN=client,OU=dev,O=acme`: the last part first, as RFC 4514 has it. */
  get subject(): string {
    return nameOf(this.#certificate.subject);
  }

  get issuer(): string {
    return nameOf(this.#certificate.issuer);
  }

  /** `2026-11-28T02:09:07Z - 2026-12-28T02:09:07Z`. */
  get validity(): string {
    const { validFrom, validTo } = this.#certificate;
    return [validFrom, validTo].map((time) => new Date(time).toISOString().replace('.000', '')).join(' - ');
  }

  /** Several with commas between; empty if it has none. */
  get commonName(): string {
    const lines = this.#certificate.subject.split('\n').filter((line) => line.startsWith('CN='));
    return lines.map((line) => unescaped(line.slice('CN='.length))).join(',');
  }

  alternativeNames(type: SanType): readonly string[] {
    const prefix = `${SAN_PREFIXES[type]}:`;
    const names = alternativeNamesIn(this.#certificate.subjectAltName ?? '');
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }
}

/** OpenSSL gives a part a line, the first one first, and escapes as RFC 4514 does. */
function nameOf(lines = ''): string {
  const parts = lines.split('\n').map((line) => {
    const [name, ...value] = line.split('=');
    return [ATTRIBUTES[name] ?? name, ...value].join('=');
  });
  return parts.reverse().join(',');
}

/** A backslash stands before what it takes its meaning from, or before two hexadecimal digits of an octet. */
function unescaped(value: string): string {
  return value.replace(/\\(?:([0-9A-Fa-f]{2})|(.))/g, (_, octet: string | undefined, character: string) =>
    octet === undefined ? character : String.fromCharCode(Number.parseInt(octet, 16)),
  );
}

/** Node has them in one text, `DNS:a, DNS:b`; one that could be mistaken for two stands behind its kind as a string of JSON. */
function alternativeNamesIn(text: string): string[] {
  const names = text.match(/[^:,"]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return names.map((name) => {
    const [, kind, value] = /^\s*([^:]+):(.*)$/s.exec(name)!;
    return `${kind}:${value.startsWith('"') ? (JSON.parse(value) as string) : value}`;
  });
}
