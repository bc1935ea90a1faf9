/** The nodes that have used a database, by their rows. */
import type { Session } from './session.ts';

export interface NodeRow {
  readonly name: string;
  /** It serves the clients. */
  readonly active: boolean;
  /** It has neither ended nor been taken over: of one that waits and was killed it stays so. */
  readonly alive: boolean;
  readonly version: string;
  /** When this life of it began, in milliseconds since the epoch, by the database's clock. */
  readonly since: number;
  /** Moves while it lives. */
  readonly pulse: string;
}

const NODES = `SELECT name, active IS NOT DISTINCT FROM id AND alive, alive, coalesce(version, ''),
    floor(extract(epoch FROM since) * 1000), epoch || ' ' || batch || ' ' || beat
  FROM node CROSS JOIN cluster ORDER BY id`;

/** Its number is not given again: a process that it had may still take it for its own. */
const FORGET = `WITH gone AS (DELETE FROM node WHERE name = $1 AND epoch || ' ' || batch || ' ' || beat = $2 RETURNING id)
  INSERT INTO id_range SELECT 'node', id + 1 FROM gone
  ON CONFLICT (name) DO UPDATE SET next = greatest(id_range.next, excluded.next)`;

/** In the order in which they first came. */
export async function readNodes(session: Session): Promise<NodeRow[]> {
  const { rows } = await session.query(NODES);
  return rows.map(([name, active, alive, version, since, pulse]) => ({
    name: name!,
    active: active === 't',
    alive: alive === 't',
    version: version!,
    since: Number(since),
    pulse: pulse!,
  }));
}

/** Removes its row, unless that has moved since. A process of it that lives is fenced by that. */
export async function forgetNode(session: Session, { name, pulse }: Pick<NodeRow, 'name' | 'pulse'>): Promise<void> {
  await session.transaction([{ text: FORGET, values: [name, pulse] }]);
}
