/** A look into the database of a store, as of one moment, by a program that is none of its nodes: they may run meanwhile. */
import { guardedClock, rethrow } from '../../util/guard.ts';
import { keepingProcess, systemClock } from '../../util/system.ts';
import { StoreError } from '../store.ts';
import { describeAddress, type Environment, parseAddress } from './address.ts';
import { connector } from './connector.ts';
import { inTime } from './in-time.ts';
import { PrimaryLink } from './primary-link.ts';
import { checkSchema } from './schema.ts';
import type { Session } from './session.ts';

/** How long the database may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;
const APPLICATION = 'leveret store';

export interface Look {
  /** In a transaction that reads only. */
  readonly session: Session;
  /** The database, without the password. */
  readonly place: string;
}

/** Rejects with what `work` rejects with, and with a StoreError if the database cannot be used or has no store. */
export function readDatabase<Value>(
  url: string,
  work: (look: Look) => Promise<Value>,
  env: Environment = process.env,
): Promise<Value> {
  return keepingProcess(lookAt(url, work, env));
}

async function lookAt<Value>(url: string, work: (look: Look) => Promise<Value>, env: Environment): Promise<Value> {
  const address = parseAddress(url, env);
  const { hosts, schema } = address;
  const place = describeAddress(address);
  let reason = 'it does not answer';
  const clock = guardedClock(systemClock, rethrow);
  const connect = await connector(address, APPLICATION, clock);
  const link = new PrimaryLink(hosts, connect, clock, (text) => (reason = text));
  try {
    const session = await inTime(link, link.session(), ANSWER_MS, () => reason);
    await checkSchema(session, schema);
    await session.query(
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0',
    );
    return await work({ session, place });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`The database ${place} cannot be read: ${(error as Error).message}.`, { cause: error });
  } finally {
    link.destroy();
  }
}
