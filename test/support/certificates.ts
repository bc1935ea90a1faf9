/** Certificates for tests, made by the openssl command while they run: authorities, and what these sign. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Request {
  /** `/O=acme/OU=dev/CN=client`; `/CN=` and its name by default. */
  readonly subject?: string;
  /** `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  /** From now on; 30 by default. */
  readonly days?: number;
  /** What the key is encrypted with; nothing by default. */
  readonly password?: string;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

export class Authority implements Issued {
  readonly cert: string;
  readonly key: string;
  readonly #folder: string;
  readonly #revoked: string[] = [];

  /** `issuer`: who signs it; without one it signs itself. */
  constructor(folder: string, name = 'authority', issuer?: Authority) {
    this.#folder = folder;
    const extensions = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const request = { subject: `/CN=${name}` };
    const { cert, key } = make(folder, name, request, [
      '-addext',
      'basicConstraints=critical,CA:true',
      ...extensions,
      ...(issuer === undefined ? [] : signedBy(issuer)),
    ]);
    this.cert = cert;
    this.key = key;
  }

  issue(name: string, request: Request = {}): Issued {
    return make(this.#folder, name, request, [...signedBy(this), '-addext', 'basicConstraints=CA:false']);
  }

  /** One whose time is over. */
  issueEnded(name: string): Issued {
    const key = join(this.#folder, `${name}.key`);
    const [asked, cert] = [join(this.#folder, `${name}.csr`), join(this.#folder, `${name}.pem`)];
    openssl('req', '-new', ...EC, '-nodes', '-keyout', key, '-out', asked, '-subj', `/CN=${name}`);
    const times = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    this.#ca(...['-batch', '-notext', '-in', asked, '-out', cert, '-outdir', this.#folder], ...times);
    return { cert, key };
  }

  /** Notes that a certificate is revoked; returns the path of the list of all that are. */
  revoke({ cert }: Issued): string {
    const serial = openssl('x509', '-in', cert, '-noout', '-serial').trim().replace('serial=', '');
    this.#revoked.push(`R\t391231235959Z\t200101000000Z\t${serial}\tunknown\t/CN=revoked\n`);
    const out = join(this.#folder, 'revoked.pem');
    this.#ca('-gencrl', '-out', out);
    return out;
  }

  #ca(...args: readonly string[]): void {
    const [index, settings] = [join(this.#folder, 'ca.index'), join(this.#folder, 'ca.cnf')];
    writeFileSync(index, this.#revoked.join(''));
    writeFileSync(
      settings,
      `[ca]\ndefault_ca=here\n[here]\ndatabase=${index}\ndefault_md=sha256\ndefault_crl_days=30\nunique_subject=no\nrand_serial=yes\npolicy=any\n[any]\ncommonName=supplied\n`,
    );
    openssl('ca', '-config', settings, '-cert', this.cert, '-keyfile', this.key, ...args);
  }
}

/** One that signed itself, and that nobody knows. */
export function selfSigned(folder: string, name: string, request: Request = {}): Issued {
  return make(folder, name, request, []);
}

/** One of that kind that does not say whether it is an authority's. */
export function withoutExtensions(folder: string, name: string): Issued {
  const [asked, cert, key] = ['csr', 'pem', 'key'].map((kind) => join(folder, `${name}.${kind}`));
  openssl('req', '-new', ...EC, '-nodes', '-keyout', key, '-out', asked, '-subj', `/CN=${name}`);
  openssl('x509', '-req', '-in', asked, '-signkey', key, '-out', cert);
  return { cert, key };
}

/** The certificate and those that signed it, in one file. */
export function chained(leaf: Issued, ...authorities: readonly Issued[]): Issued {
  const cert = leaf.cert.replace(/\.pem$/, '.chain.pem');
  writeFileSync(cert, [leaf, ...authorities].map((each) => readFileSync(each.cert)).join(''));
  return { cert, key: leaf.key };
}

/** What a client of Node's takes: the contents of the files. */
export function contentOf({ cert, key }: Issued): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

function signedBy(issuer: Issued): string[] {
  return ['-CA', issuer.cert, '-CAkey', issuer.key];
}

function make(folder: string, name: string, request: Request, more: readonly string[]): Issued {
  const { subject = `/CN=${name}`, names, days = 30, password } = request;
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  openssl(
    ...['req', '-x509', ...EC, '-keyout', key, '-out', cert, '-subj', subject, '-days', String(days)],
    ...(password === undefined ? ['-nodes'] : ['-passout', `pass:${password}`]),
    ...(names === undefined ? [] : ['-addext', `subjectAltName=${names}`]),
    ...more,
  );
  return { cert, key };
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
