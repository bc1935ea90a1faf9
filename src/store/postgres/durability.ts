/** What the database promises when it says that a transaction is committed. */
import { StoreError } from '../store.ts';
import type { Session } from './session.ts';

/** What of the server's settings loses confirmed messages, in a sentence each; empty if nothing does. */
export async function durabilityProblems(session: Session): Promise<string[]> {
  const { rows } = await session.query(
    `SELECT current_setting('synchronous_standby_names'), current_setting('fsync'), current_setting('full_page_writes')`,
  );
  const [standbys, fsync, fullPages] = rows[0];
  const problems: string[] = [];
  if (standbys === '') {
    problems.push('synchronous_standby_names is empty: what is confirmed is on one server alone, and is lost with it');
  }
  if (fsync !== 'on') problems.push('fsync is off: what is confirmed does not survive a loss of power');
  if (fullPages !== 'on') problems.push('full_page_writes is off: a loss of power may leave the database damaged');
  return problems;
}

/** Throws StoreError if there are problems. */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new StoreError(`The database does not keep what the store would promise: ${problems.join('; ')}.`);
}
