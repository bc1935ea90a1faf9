/** The table `sealing`: the keys that rows are sealed by, each sealed under the key that the nodes are started with. */
import type { SealedKey } from '../sealing/data-keys.ts';
import type { Session, Statement } from './session.ts';

/** Those of a store that is sealed; none of another. */
export async function readSealedKeys(session: Session): Promise<SealedKey[]> {
  const { rows } = await session.query(`SELECT id, encode(wrapped, 'hex') FROM sealing`);
  return rows.map(([id, wrapped]) => [Number(id), Buffer.from(wrapped!, 'hex')]);
}

/** In place of the one of the same number, if there is one. */
export function putKey([id, wrapped]: SealedKey): Statement {
  return {
    text: `INSERT INTO sealing VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped`,
    values: [id, Buffer.from(wrapped)],
  };
}

/** Nothing may be sealed any more by the keys whose numbers are lower. */
export function forgetKeys(below: number): Statement {
  return { text: 'DELETE FROM sealing WHERE id < $1', values: [below] };
}
