/** Where the database is, as `postgres://user@host:port,host2:port2/db` says it, with what libpq's variables add. */
import { userInfo } from 'node:os';
import { StoreError } from '../store.ts';

export interface Host {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
}

const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export interface DatabaseAddress {
  /** All servers of one database: one is its primary. At least one. */
  readonly hosts: readonly Host[];
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** Of Leveret's tables. */
  readonly schema: string;
  readonly tls: TlsMode;
  /** Files: of certification authorities, and of a certificate with its key for a server that asks for one. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Of passwords, in libpq's form. */
  readonly passwordFile: string | undefined;
  /** How long a node may be silent before another takes over, in milliseconds. */
  readonly leaseMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The parameters that may follow the question mark, by the variable that stands for each. */
const PARAMETERS: Readonly<Record<string, string | undefined>> = {
  schema: undefined,
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  passfile: 'PGPASSFILE',
  lease: undefined,
};

/** Milliseconds: less than a few commits take accuses nodes that live; more than an hour is a slip. */
const LEASES = { default: '1000', least: 100, most: 3_600_000 };

const FORM = 'postgres://user@host:port/database';
const URL_PARTS = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/;

/** True if it names a database, well or not. */
export function isAddress(text: string): boolean {
  return /^postgres(ql)?:/.test(text);
}

/** Throws StoreError if it makes no sense; the error does not show the password. */
export function parseAddress(url: string, env: Environment): DatabaseAddress {
  const parts = URL_PARTS.exec(url);
  if (parts === null)
    throw new StoreError(
      `The store's address must be ${FORM}, with several hosts if there are (host:port,host2:port2).`,
    );
  const [, account, places, database = '', query = ''] = parts;
  // What is taken for a host or a database then is a part of a password, which no error is to show.
  if (`${places}/${database}`.includes('@') || (account === undefined && query.includes('@'))) throw strayAt();
  const [user, password] = divided(account ?? '', ':');
  const parameter = parametersIn(query, env);
  const name = decoded(user) || env['PGUSER'] || userInfo().username;
  const tls = parameter('sslmode') ?? 'disable';
  if (!TLS_MODES.includes(tls as TlsMode)) {
    throw new StoreError(`sslmode is one of ${TLS_MODES.join(', ')} here, not "${tls}".`);
  }
  return {
    hosts: hostsIn(places || env['PGHOST'] || 'localhost', env['PGPORT'] ?? '5432'),
    user: name,
    password: password === undefined ? env['PGPASSWORD'] : decoded(password),
    database: decoded(database) || env['PGDATABASE'] || name,
    schema: parameter('schema') ?? 'leveret',
    tls: tls as TlsMode,
    caFile: parameter('sslrootcert'),
    certFile: parameter('sslcert'),
    keyFile: parameter('sslkey'),
    passwordFile: parameter('passfile'),
    leaseMs: leaseIn(parameter('lease') ?? LEASES.default),
  };
}

function strayAt(): StoreError {
  return new StoreError(
    "The store's address has an @ too many, or one behind a / or a ?: in a name or a password write %40 for @, %2F for / and %3F for ?.",
  );
}

/** For the log: without the password. */
export function describeAddress({ hosts, user, database, schema }: DatabaseAddress): string {
  return `postgres://${encodeURIComponent(user)}@${hosts.map(describeHost).join()}/${database} (schema "${schema}")`;
}

export function describeHost({ host, port }: Host): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parametersIn(query: string, env: Environment): (name: string) => string | undefined {
  const given = new URLSearchParams(query);
  for (const name of given.keys()) {
    if (!(name in PARAMETERS)) {
      throw new StoreError(
        `The store's address has a parameter "${name}"; those that there are: ${Object.keys(PARAMETERS).join(', ')}.`,
      );
    }
  }
  return (name) => given.get(name) ?? env[PARAMETERS[name] ?? ''];
}

function leaseIn(text: string): number {
  const ms = Number(text);
  if (/^\d+$/.test(text) && ms >= LEASES.least && ms <= LEASES.most) return ms;
  throw new StoreError(`lease is a number of milliseconds from ${LEASES.least} to ${LEASES.most}, not "${text}".`);
}

function hostsIn(list: string, defaultPort: string): Host[] {
  return list.split(',').map((place) => {
    // An IPv6 address stands in brackets.
    const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(place);
    const port = Number(match?.[3] ?? defaultPort);
    const host = match?.[1] ?? decoded(match?.[2] ?? '');
    if (host === '' || !Number.isInteger(port) || port < 1 || port > 65535) {
      throw new StoreError(`The store's address has "${place}" for a host; it must be ${FORM}.`);
    }
    return { host, port };
  });
}

function divided(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreError(`The store's address has a % that begins no character: write %25 for one.`);
  }
}
