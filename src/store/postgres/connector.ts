/** Opens sessions with a server: as the address says, and set up as the store needs them. */
import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import type { Clock } from '../../util/clock.ts';
import { StoreError } from '../store.ts';
import { type DatabaseAddress, describeHost, type Host } from './address.ts';
import { loadDriver } from './driver.ts';
import { passwordIn } from './password-file.ts';
import { quoted } from './schema.ts';
import { stateOf } from './server-errors.ts';
import { answerInTime, Session } from './session.ts';

/** How long a server may take to let a session in, in milliseconds. */
const CONNECT_MS = 5000;
/** Probes of a connection that is silent begin after this, in milliseconds. */
const KEEP_ALIVE_MS = 5000;

/** What a server says of a login or a database that no waiting will mend. */
const LASTING = ['28P01', '28000', '3D000', '42501'];

export type Connect = (host: Host) => Promise<Session>;

/** `unref`: sessions do not keep the process alive. Throws StoreError if it cannot speak to any server. */
export async function connector(
  address: DatabaseAddress,
  application: string,
  clock: Clock,
  unref = false,
): Promise<Connect> {
  const PgClient = await loadDriver();
  const ssl = tlsOptions(address);
  const settings = [
    `SET search_path = ${quoted(address.schema)}`,
    // "remote_apply" is more than is needed, and is left to who wants it; anything less is not enough.
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply'`,
    'SET statement_timeout = 0',
    'SET idle_in_transaction_session_timeout = 2000',
    "SET default_transaction_isolation = 'read committed'",
    'SET client_min_messages = warning',
    'SET bytea_output = hex',
    // What is done for a node that is gone ends: until then the node counts as one that lives. PostgreSQL 13 has no such setting.
    `SELECT set_config(name, '500ms', false) FROM pg_settings WHERE name = 'client_connection_check_interval'`,
  ].join('; ');
  return async (host) => {
    const password = address.password ?? passwordIn(address, host);
    const config: ClientConfig = {
      host: host.host,
      port: host.port,
      user: address.user,
      database: address.database,
      // Not undefined: pg would look for one in a file by itself, which it warns of.
      password: password ?? '',
      // A socket of this machine has no TLS, as libpq has it.
      ssl: host.host.startsWith('/') ? false : ssl,
      application_name: application,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    };
    const session = await Session.open(PgClient, config);
    try {
      const prepared = session.query(settings).then(() => refusePooler(session));
      await answerInTime(session, { clock, ms: CONNECT_MS }, prepared);
      if (unref) session.unref();
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  };
}

/** True if it is of no use to try again: a wrong password, a database that is not there. */
export function isLasting(error: unknown): boolean {
  return error instanceof StoreError || LASTING.includes(stateOf(error) ?? '');
}

/** One error for whoever starts a broker. */
export function explainConnect(error: unknown, host: Host): StoreError {
  if (error instanceof StoreError) return error;
  const { message } = error as Error;
  return new StoreError(
    `The database at ${describeHost(host)} cannot be used: ${message || stateOf(error) || String(error)}.`,
    {
      cause: error,
    },
  );
}

/**
 * A pooler gives a transaction to whatever session is free: statements that were prepared, settings and the process that holds a lock are another's
 * then. It tells its clients of processes of its own making.
 */
async function refusePooler(session: Session): Promise<void> {
  const { rows } = await session.query('SELECT pg_backend_pid()');
  if (Number(rows[0]?.[0]) === session.pid) return;
  throw new StoreError(
    'There is a pooler such as PgBouncer between Leveret and the database. A session has to be one of the server itself, or nobody could tell which batch was committed: connect to PostgreSQL directly.',
  );
}

function tlsOptions({ tls, caFile, certFile, keyFile }: DatabaseAddress): ClientConfig['ssl'] {
  if (tls === 'disable') return false;
  const files = { ca: contents(caFile), cert: contents(certFile), key: contents(keyFile) };
  if (tls === 'verify-full') return { ...files, rejectUnauthorized: true };
  // Who names an authority for "require" has it asked, as libpq has it.
  const verifies = tls === 'verify-ca' || caFile !== undefined;
  return { ...files, rejectUnauthorized: verifies, checkServerIdentity: () => undefined };
}

function contents(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StoreError(`The file ${file} for TLS to the database cannot be read: ${(error as Error).message}.`);
  }
}
