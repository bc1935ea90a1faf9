import { copyFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TlsSettings } from '../../../src/config/tls-config.ts';
import { SecureContexts } from '../../../src/tls/secure-contexts.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { Authority, type Issued, selfSigned, withoutExtensions } from '../../support/certificates.ts';
import { folderOfFile, temporaryFile } from '../../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;
let server: Issued;
let other: Issued;

beforeAll(() => {
  authority = new Authority(folder());
  server = authority.issue('server', { names: 'DNS:localhost' });
  other = authority.issue('other', { names: 'DNS:other.example' });
});

function settings(changed: Partial<TlsSettings> = {}): TlsSettings {
  return {
    cert: [server.cert],
    key: [server.key],
    keyPassword: undefined,
    ca: [],
    crl: [],
    verify: 'none',
    depth: Infinity,
    versions: ['tlsv1.2', 'tlsv1.3'],
    ciphers: [],
    handshakeTimeout: 5000,
    ...changed,
  };
}

const errors: string[] = [];
const log = { ...silentLogger, error: (fields: object) => void errors.push((fields as { reason: string }).reason) };

describe('a file that cannot be used is named with the reason', () => {
  const reasonFor = (changed: Partial<TlsSettings>): string => {
    try {
      return `none: ${new SecureContexts(settings(changed), log).identities.length}`;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('if it is not there', () => {
    expect(reasonFor({ cert: ['/nowhere.pem'] })).toBe('/nowhere.pem cannot be read: ENOENT');
    expect(reasonFor({ key: ['/nowhere.key'] })).toBe('/nowhere.key cannot be read: ENOENT');
    expect(reasonFor({ ca: ['/nowhere.ca'] })).toBe('/nowhere.ca cannot be read: ENOENT');
  });

  it('if it holds something else', () => {
    const file = temporaryFile('text.pem', 'nothing of the kind');
    expect(reasonFor({ cert: [file] })).toBe(`there is no certificate in ${file}: it has to be in PEM`);
    expect(reasonFor({ ca: [file] })).toBe(`there is no certificate in ${file}: it has to be in PEM`);
    expect(reasonFor({ key: [file] })).toMatch(`the key in ${file} cannot be read: `);
    expect(reasonFor({ crl: [file] })).toMatch(`there is no list of revoked certificates in ${file}`);
    const broken = temporaryFile('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    expect(reasonFor({ cert: [broken] })).toMatch(`the certificate in ${broken} cannot be read: `);
  });

  it('if the key is of another certificate', () => {
    expect(reasonFor({ key: [other.key] })).toBe(
      `the key in ${other.key} is not that of the certificate in ${server.cert}`,
    );
  });

  it('if the key is encrypted with another password, or with any', () => {
    const locked = authority.issue('locked', { password: 'open sesame' });
    const of = (keyPassword: string | undefined) => reasonFor({ cert: [locked.cert], key: [locked.key], keyPassword });
    expect(of(undefined)).toBe(`the key in ${locked.key} is encrypted, and there is no password`);
    expect(of('open barley')).toBe(`the key in ${locked.key} is not encrypted with the password`);
    expect(of('open sesame')).toBe('none: 1');
  });

  it('if no depth can be held to with it', () => {
    const { cert } = withoutExtensions(folder(), 'old');
    expect(reasonFor({ ca: [cert] })).toBe('none: 1');
    expect(reasonFor({ ca: [cert], depth: 1 })).toBe(
      `no depth can be held to with ${cert}: a certificate in it has no basic constraints`,
    );
  });

  it('if there is no such cipher', () => {
    expect(reasonFor({ ciphers: ['NO-SUCH-CIPHER'] })).toBe(`TLS cannot be had with ${server.cert}: no cipher match`);
  });
});

it('a client that names a host gets the certificate for it, and the first if there is none', () => {
  const contexts = new SecureContexts(settings({ cert: [server.cert, other.cert], key: [server.key, other.key] }), log);
  const [first, second] = contexts.identities;
  expect(contexts.contextFor('other.example')).toBe(second.context);
  expect(contexts.contextFor('localhost')).toBe(first.context);
  expect(contexts.contextFor('unknown.example')).toBe(first.context);
});

describe('files that change while it runs', () => {
  const copies = (): Issued => {
    const cert = temporaryFile('server.pem', '');
    const copy = { cert, key: cert.replace(/pem$/, 'key') };
    write(copy, server);
    return copy;
  };
  const write = (to: Issued, from: Issued) => {
    copyFileSync(from.cert, to.cert);
    copyFileSync(from.key, to.key);
  };
  const watched = (files: Issued) => new SecureContexts(settings({ cert: [files.cert], key: [files.key] }), log);
  const subject = (contexts: SecureContexts) => contexts.identities[0].certificate.subject;

  it('are read once they stay as they are from one look to the next', () => {
    const files = copies();
    const contexts = watched(files);
    let renewals = 0;
    contexts.onRenewed(() => renewals++);
    contexts.look();
    write(files, selfSigned(folder(), 'renewed'));
    contexts.look();
    expect([subject(contexts), renewals]).toEqual(['CN=server', 0]);
    contexts.look();
    expect([subject(contexts), renewals]).toEqual(['CN=renewed', 1]);
    contexts.look();
    expect(renewals).toBe(1);
  });

  it('leave what there is if they cannot be used, and the log says why', () => {
    const files = copies();
    const contexts = watched(files);
    let renewals = 0;
    contexts.onRenewed(() => renewals++);
    writeFileSync(files.cert, 'half of a certi');
    errors.length = 0;
    contexts.renew();
    expect([subject(contexts), renewals]).toEqual(['CN=server', 0]);
    expect(errors).toEqual([`there is no certificate in ${files.cert}: it has to be in PEM`]);
    // Once they can be, they are.
    write(files, other);
    contexts.renew();
    expect([subject(contexts), renewals]).toEqual(['CN=other', 1]);
  });
});
