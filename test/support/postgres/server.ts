/**
 * Debian's PostgreSQL in a folder of its own, for the tests: started with what makes it quick, ended with whoever started it. It refuses to be
 * root; if the tests are, it runs as the user that its package made.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import type { Issued } from '../certificates.ts';
import { freePort } from '../interop/daemon.ts';
import { runOk } from '../processes/run.ts';
import { spawnTied, tied } from '../processes/tied.ts';
import { PATIENCE, UNTIL } from '../patience.ts';

const VERSIONS = '/usr/lib/postgresql';
const ROLE = 'leveret';

/** The folder of the programs; undefined if PostgreSQL is not installed. */
const programs = existsSync(VERSIONS)
  ? join(
      VERSIONS,
      readdirSync(VERSIONS)
        .sort((a, b) => Number(a) - Number(b))
        .at(-1)!,
      'bin',
    )
  : undefined;

/** False: its tests are left out, but in CI, where they fail then. */
export const hasPostgres = programs !== undefined || process.env['CI'] !== undefined;

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache');

const isRoot = process.getuid?.() === 0;
/** In front of a program that refuses to be root. Changing the user unties a process: it is tied after that. */
export const AS_OWNER = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] : [];

/** Nothing that a test shows needs the disk. */
const SETTINGS = `
  unix_socket_directories = ''
  listen_addresses = '127.0.0.1'
  fsync = off
  dynamic_shared_memory_type = mmap
  shared_buffers = 16MB
  max_connections = 60
  max_wal_senders = 4
  wal_keep_size = 64MB
  wal_level = replica
  hot_standby = on
  autovacuum = off
  jit = off
  log_min_messages = warning
`;

/** Of initdb: the files of its log, of which each copy has one, are of 1 MiB and not of 16. */
const SMALL_LOG = '--wal-segsize=1';

/** What it says when it serves, a standby too. */
const READY = 'database system is ready to accept';
/** What it says while processes of the one before it have not ended yet. */
const IN_USE = 'is still in use';

/** Values as the server writes them. */
const AS_TEXT = { getTypeParser: () => String };

export class PostgresServer {
  readonly folder: string;
  readonly port: number;
  #child: ReturnType<typeof spawnTied> | undefined;
  #said = '';
  /** A session in which nothing runs. */
  #idle: pg.Client | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** A new one, with a database `leveret` of a role of that name, which everybody is let in as. */
  static async start(settings = ''): Promise<PostgresServer> {
    const server = await PostgresServer.#empty();
    await runOk('cp', ['-a', await (template ??= makeTemplate()), server.#data]);
    server.configure(`${SETTINGS}\n${settings}`);
    await server.begin();
    return server;
  }

  /** One that follows this one, which from now on waits for it at each commit. */
  async follow(): Promise<PostgresServer> {
    const standby = await PostgresServer.#empty();
    await standby.#copyOf(this);
    this.configure("synchronous_standby_names = '*'");
    await this.reload();
    return standby;
  }

  /** What was a primary, and has ended, becomes a standby of another: all that it had is gone. */
  async followAnew(primary: PostgresServer): Promise<void> {
    // What is left of it ends by itself.
    rmSync(this.#data, { recursive: true, maxRetries: 50 });
    await this.#copyOf(primary);
  }

  async #copyOf(primary: PostgresServer): Promise<void> {
    const from = ['-h', '127.0.0.1', '-p', `${primary.port}`, '-U', ROLE];
    await runOwn(['pg_basebackup', '-D', this.#data, ...from, '-R', '--checkpoint=fast', '--no-sync']);
    this.configure(`primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=${ROLE} application_name=standby'`);
    await this.begin();
  }

  static async #empty(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-of-leveret-'));
    await giveToOwner(folder);
    return new PostgresServer(folder, await freePort());
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  /** Adds settings, which count from the next `begin` or `reload` on. */
  configure(settings: string): void {
    appendFileSync(join(this.#data, 'postgresql.auto.conf'), `\n${settings}\n`);
  }

  /** Who is let in: lines of pg_hba.conf, in front of those that let everybody in. */
  admit(lines: string): void {
    writeFileSync(
      join(this.#data, 'pg_hba.conf'),
      `${lines}\nlocal all all trust\nhost all all all trust\nhost replication all all trust\n`,
    );
  }

  /** Has it speak TLS with this certificate, and without it to nobody. */
  async secure({ cert, key }: Issued): Promise<void> {
    for (const [name, file] of [
      ['server.crt', cert],
      ['server.key', key],
    ] as const) {
      const own = join(this.#data, name);
      copyFileSync(file, own);
      chmodSync(own, 0o600);
      await giveToOwner(own);
    }
    this.configure('ssl = on');
    this.admit('hostnossl all all 127.0.0.1/32 reject');
    await this.reload();
  }

  async begin(): Promise<void> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (!(error as Error).message.includes(IN_USE) || Date.now() >= end) throw error;
      }
    }
  }

  async #attempt(): Promise<void> {
    const words = [join(programs!, 'postgres'), '-D', this.#data, '-p', `${this.port}`];
    const child = spawnTied([...AS_OWNER, ...tied(words)]);
    this.#child = child;
    this.#said = '';
    child.stdout.resume();
    const ready = Promise.withResolvers<void>();
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
      if (this.#said.includes(READY)) ready.resolve();
    });
    child.once('close', () => ready.reject(new Error(`PostgreSQL ended: ${this.#said}`)));
    const timer = setTimeout(() => ready.reject(new Error(`PostgreSQL is not ready: ${this.#said}`)), PATIENCE);
    await ready.promise.finally(() => clearTimeout(timer));
  }

  reload(): Promise<unknown> {
    return this.sql('SELECT pg_reload_conf()');
  }

  /** Ends it: `SIGINT` has it end its sessions and stop, `SIGKILL` is a crash. Resolves when it has ended. */
  async end(signal: 'SIGINT' | 'SIGKILL' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'exit');
    this.#forget(this.#idle);
    child.kill(signal);
    // It may be frozen.
    child.kill('SIGCONT');
    await closed;
  }

  async remove(): Promise<void> {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops it where it is, with all of its sessions. */
  async freeze(): Promise<void> {
    this.#child!.kill('SIGSTOP');
    await this.#signalChildren('STOP');
  }

  async thaw(): Promise<void> {
    await this.#signalChildren('CONT');
    this.#child!.kill('SIGCONT');
  }

  #signalChildren(signal: 'STOP' | 'CONT'): Promise<string> {
    return runOk('pkill', [`-${signal}`, '-P', `${this.#child!.pid}`]);
  }

  /** Has a standby become a primary. A statement that waited for that might be what the last of the log to be replayed waits for, half a minute long. */
  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote(false)');
    await vi.waitUntil(async () => (await this.sql('SELECT pg_is_in_recovery()')) === 'f', UNTIL);
  }

  /** Runs SQL in a session that nobody else has, and returns the rows of the last statement as psql prints them: columns with | between them. */
  async sql(text: string): Promise<string> {
    const session = this.#idle ?? (await this.#session());
    this.#idle = undefined;
    try {
      const results = await session.query<(string | null)[]>({ text, rowMode: 'array', types: AS_TEXT });
      const { rows } = [results].flat().at(-1)!;
      // To begin one is most of the work, and tests ask again and again.
      this.#idle ??= session;
      return rows.map((row) => row.map((value) => value ?? '').join('|')).join('\n');
    } finally {
      if (this.#idle !== session) await session.end();
    }
  }

  /** Has a session of its own hold a lock, such as `TABLE t IN SHARE MODE`. Resolves, once it has it, with what has it let go. */
  async lock(what: string): Promise<() => Promise<void>> {
    const session = await this.#session();
    await session.query(`BEGIN; LOCK ${what}`);
    return () => session.end();
  }

  async #session(): Promise<pg.Client> {
    const session = new pg.Client({ host: '127.0.0.1', port: this.port, user: ROLE, database: ROLE });
    // It may end with the server.
    session.on('error', () => this.#forget(session));
    session.on('end', () => this.#forget(session));
    await session.connect();
    return session;
  }

  #forget(session: pg.Client | undefined): void {
    if (this.#idle === session) this.#idle = undefined;
  }

  /** Of a schema in it. */
  url(schema: string): string {
    return `postgres://${ROLE}@127.0.0.1:${this.port}/${ROLE}?schema=${schema}`;
  }
}

/** The data of a server that never ran, copied for each: to make it takes 2 s of CPU. */
let template: Promise<string> | undefined;

const INITDB = [
  '-U',
  ROLE,
  '--auth=trust',
  '-E',
  'UTF8',
  '--no-locale',
  '--no-sync',
  '--no-instructions',
  SMALL_LOG,
] as const;

/** Kept for other processes, and the next run: by the programs that made it, and how. */
async function makeTemplate(): Promise<string> {
  const what = createHash('sha256').update([programs, ...INITDB].join(' '));
  const kept = join(CACHE, `postgres-${what.digest('hex').slice(0, 16)}`);
  if (existsSync(kept)) return kept;
  // Its owner may not come to where it is kept.
  const folder = mkdtempSync(join(tmpdir(), 'postgres-of-leveret-'));
  await giveToOwner(folder);
  const data = join(folder, 'data');
  await runOwn(['initdb', '-D', data, ...INITDB]);
  await runOwn(['postgres', '--single', '-D', data, 'postgres'], `CREATE DATABASE ${ROLE}`);
  mkdirSync(CACHE, { recursive: true });
  const copy = mkdtempSync(join(CACHE, 'postgres-'));
  await runOk('cp', ['-a', `${data}/.`, copy]);
  rmSync(folder, { recursive: true });
  try {
    renameSync(copy, kept);
  } catch {
    // Another process was first.
    rmSync(copy, { recursive: true });
  }
  return kept;
}

function runOwn([program, ...args]: readonly string[], input = ''): Promise<string> {
  const [command, ...words] = [...AS_OWNER, join(programs!, program), ...args];
  return runOk(command, words, { cwd: '/', input });
}

/** Of a file or folder of which the server has to be the owner. */
export async function giveToOwner(path: string): Promise<void> {
  if (isRoot) chownSync(path, ...(await (owner ??= ownerIds())));
}

let owner: Promise<[number, number]> | undefined;

async function ownerIds(): Promise<[number, number]> {
  const ids = await Promise.all(['-u', '-g'].map((which) => runOk('id', [which, 'postgres'])));
  return [Number(ids[0]), Number(ids[1])];
}
