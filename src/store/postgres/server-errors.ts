/** What a server says is wrong, by its SQLSTATE. */
import type { DatabaseError } from 'pg';

/** The SQLSTATE of what a server said; undefined for what it did not say. */
export function stateOf(error: unknown): string | undefined {
  const { code, severity } = error as Partial<DatabaseError>;
  return severity === undefined ? undefined : code;
}

/** True if a server found damaged what it was asked for. */
export function isDamage(error: unknown): boolean {
  return stateOf(error)?.startsWith('XX') === true;
}

/** Classes of SQLSTATE that pass: connections, transactions, resources, operators, the system. Disks that are full are among them. */
const PASSING = ['08', '25', '40', '53', '55', '57', '58'];

/** True if the same may work another time: a session that broke, and what a server says while it stops, starts or is short of something. */
export function isPassing(error: unknown): boolean {
  const state = stateOf(error);
  return state === undefined || PASSING.includes(state.slice(0, 2));
}
