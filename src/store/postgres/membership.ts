/**
 * This node among those of the database: a row a node, one of which is active. A node that lives moves its row, with a commit; one whose row stands
 * still for a lease is taken over, unless the server is at work for it. No clock of another machine is compared: the lease is measured by the
 * watcher's own, and in it commits of the watcher's own have to be answered, so that a database that stands still accuses nobody.
 */
import type { Clock } from '../../util/clock.ts';
import { leveretVersion } from '../../util/version.ts';
import { StoreError } from '../store.ts';
import type { PrimaryLink } from './primary-link.ts';
import type { TextRow } from './series.ts';
import { stateOf } from './server-errors.ts';
import type { Session, Statement } from './session.ts';
import { Standstill } from './standstill.ts';

/** Somebody else has taken the place of this node: nothing that it writes counts any more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** How often a node that waits moves its row and looks at the active one's, in milliseconds. */
const WATCH_MS = 100;
/** Moves of a row by which a node proves to one of its name that it lives: the commit that was under way when it was killed may still come to be made. */
const PROOF = 2;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Moves while the server is at work for the node of the row, which may be longer than a lease: it has sent all that is to be done, or sends more of it.
 * Null if it is not.
 */
const AT_WORK = `(SELECT CASE WHEN wait_event_type = 'Client' THEN query_start ELSE clock_timestamp() END
  FROM pg_stat_activity WHERE pid = session AND usename = current_user AND state = 'active')`;
const FIND = `SELECT id, epoch, batch, beat, ${AT_WORK}, alive FROM node WHERE name = $1`;
/** With a number that no other had, nor one that was forgotten (nodes.ts). */
const COME = `INSERT INTO node (id, name, epoch, alive, batch, beat, session, version)
  SELECT greatest(coalesce(max(id), 0) + 1, (SELECT next FROM id_range WHERE name = 'node')), $1, 1, true, 0, 0, pg_backend_pid(), $2 FROM node
  ON CONFLICT DO NOTHING RETURNING id, epoch`;
const COME_AGAIN = `UPDATE node SET epoch = epoch + 1, alive = true, batch = 0, beat = 0, session = pg_backend_pid(), version = $2, since = now()
  WHERE id = $1 AND epoch = $3 AND batch = $4 AND beat = $5 RETURNING id, epoch`;
/** A commit like any other, for who has no row yet. */
const TOUCH = 'UPDATE cluster SET one = true';
const BEAT = `UPDATE node SET beat = beat + 1, session = pg_backend_pid() WHERE id = $1 AND epoch = $2 AND alive RETURNING batch`;
const WATCH = `SELECT id, name, epoch, batch, beat, ${AT_WORK} FROM cluster LEFT JOIN node ON id = active AND alive`;
const FENCE = `WITH mine AS (UPDATE node SET batch = $3::bigint, session = pg_backend_pid()
    WHERE id = $1 AND epoch = $2 AND alive AND batch = $3::bigint - 1 RETURNING 1)
  SELECT 1 / count(*) FROM mine`;
/** Fails if this node was taken over; nobody takes over before the transaction ends. */
const HOLD = `WITH mine AS (UPDATE node SET beat = beat + 1 WHERE id = $1 AND epoch = $2 AND alive RETURNING 1)
  SELECT 1 / count(*) FROM mine`;
/** Nobody is active who is alive. */
const CLAIM = `WITH mine AS (UPDATE node SET beat = beat + 1 WHERE id = $1 AND epoch = $2 AND alive RETURNING 1)
  UPDATE cluster SET active = $1
   WHERE (active IS NULL OR NOT EXISTS (SELECT FROM node WHERE id = active AND alive)) AND EXISTS (SELECT FROM mine)`;
/** The active one is as it was seen. */
const TAKE_OVER = `WITH mine AS (UPDATE node SET beat = beat + 1 WHERE id = $1 AND epoch = $2 AND alive RETURNING 1),
    other AS (UPDATE node SET alive = false, epoch = epoch + 1
      WHERE id = $3 AND epoch = $4 AND batch = $5 AND beat = $6 AND alive AND EXISTS (SELECT FROM mine) RETURNING 1)
  UPDATE cluster SET active = $1 WHERE active = $3 AND EXISTS (SELECT FROM other)`;
/**
 * Ends the session of a node that is dead, in that life of it. Nobody may speak to it any more, and it may be in the middle of a batch, with
 * locks on what the next one needs. A process of the server that somebody who lives has by now is left alone.
 */
const END_SESSION = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE usename = current_user AND pid <> pg_backend_pid() AND pid IN (SELECT session FROM node WHERE id = $1 AND epoch = $2)
    AND pid NOT IN (SELECT session FROM node WHERE alive AND id <> $1 AND session IS NOT NULL)`;
/** The same for all that were taken over. */
const END_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE usename = current_user AND pid IN (SELECT session FROM node WHERE NOT alive)
    AND pid NOT IN (SELECT session FROM node WHERE alive AND session IS NOT NULL)`;
const LEAVE = `WITH mine AS (UPDATE node SET alive = false WHERE id = $1 AND epoch = $2 AND alive RETURNING 1)
  UPDATE cluster SET active = NULL WHERE active = $1 AND EXISTS (SELECT FROM mine)`;

export interface MembershipOptions {
  readonly name: string;
  /** How long the row of a node may stand still, in milliseconds. */
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Told the name of the active node, once for each that this one waits for. */
  readonly onWaiting: (active: string) => void;
}

/** A row as it was seen, and for how long: until the last commit of our own that was answered. */
interface Sight {
  readonly row: string;
  readonly work: string | null;
  readonly standstill: Standstill;
  /** How often the row was seen to have moved. */
  readonly moves: number;
}

export class Membership {
  readonly #link: PrimaryLink;
  readonly #options: MembershipOptions;
  #id = 0;
  #epoch = 0;
  #sight: Sight | undefined;
  #waitsFor: string | undefined;

  constructor(link: PrimaryLink, options: MembershipOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Takes the row of this name. Throws StoreError if a node that lives has it. */
  async join(): Promise<void> {
    const { name } = this.#options;
    this.#id = 0;
    this.#sight = undefined;
    for (;;) {
      const come = await this.#link.attempt(async (session) => {
        const [found] = (await session.transaction([{ text: TOUCH }, { text: FIND, values: [name] }])).rows;
        if (found === undefined) return session.transaction([{ text: COME, values: [name, leveretVersion()] }]);
        const [id, epoch, batch, beat, work, alive] = found;
        if (alive === 't' && !this.#stoodStill([epoch, batch, beat], work)) return undefined;
        this.#sight = undefined;
        await session.run([{ text: END_SESSION, values: [id, epoch] }]);
        return session.transaction([{ text: COME_AGAIN, values: [id, leveretVersion(), epoch, batch, beat] }]);
      });
      const [row] = come?.rows ?? [];
      if (row !== undefined) {
        this.#id = Number(row[0]);
        this.#epoch = Number(row[1]);
        this.#sight = undefined;
        return;
      }
      await this.#link.pause(WATCH_MS);
    }
  }

  /** Resolves when this node is the active one. Throws Fenced if another has taken its name. */
  async becomeActive(): Promise<void> {
    // Whatever was seen before a session broke.
    this.#sight = undefined;
    for (let active = await this.#watch(); Number(active?.[0]) !== this.#id; active = await this.#watch()) {
      if (active === undefined) await this.#link.attempt((session) => session.transaction([this.#own(CLAIM)]));
      else if (this.#isDead(active)) await this.#takeOver(active);
      else await this.#link.pause(WATCH_MS);
    }
    await this.#link.attempt((session) => session.run([{ text: END_OTHERS }]));
  }

  /** The last statement of each batch: fails for a node that was taken over, and if the batch before was not committed. */
  fence(batch: number): Statement {
    return this.#own(FENCE, batch);
  }

  /** The last statement of a transaction that is no batch: fails for a node that was taken over. */
  hold(): Statement {
    return this.#own(HOLD);
  }

  /** Moves the row, and returns the number of the last batch that was committed: when it resolves, all up to that are. Throws Fenced. */
  async beat(session: Session): Promise<number> {
    const [row] = (await session.transaction([this.#own(BEAT)])).rows;
    if (row === undefined) throw new Fenced(`the node ${this.#options.name} was taken over`);
    return Number(row[0]);
  }

  /** Goes in peace: the next need not wait. */
  async leave(): Promise<void> {
    await this.#link.attempt((session) => session.transaction([this.#own(LEAVE)]));
  }

  #own(text: string, ...values: readonly (string | number | null)[]): Statement {
    return { name: NAMES.get(text)!, text, values: [this.#id, this.#epoch, ...values] };
  }

  /** The row of the active node, with a commit of our own; undefined if there is none. */
  async #watch(): Promise<TextRow | undefined> {
    const { rows } = await this.#link.attempt(async (session) => {
      await this.beat(session);
      return session.run([{ name: 'watch', text: WATCH }]);
    });
    const [row] = rows;
    return row === undefined || row[0] === null ? undefined : row;
  }

  #isDead([, name, epoch, batch, beat, work]: TextRow): boolean {
    if (this.#waitsFor !== name) this.#options.onWaiting((this.#waitsFor = name!));
    return this.#stoodStill([epoch, batch, beat], work);
  }

  /** To be called once for each commit of our own. `work`: AT_WORK. */
  #stoodStill(state: TextRow, work: string | null): boolean {
    const { clock, leaseMs } = this.#options;
    const [row, now, sight] = [state.join(), clock.elapsed(), this.#sight];
    const isFirst = sight === undefined;
    const moves = isFirst ? 0 : sight.moves + Number(sight.row !== row);
    // A node of the same name that lives will not let us in.
    if (moves >= PROOF && this.#id === 0) throw this.#nameTaken();
    if (isFirst || sight.row !== row || (work !== null && work !== sight.work)) {
      this.#sight = { row, work, standstill: new Standstill(leaseMs, now), moves };
      return false;
    }
    return sight.standstill.goesOn(now);
  }

  #nameTaken(): StoreError {
    return new StoreError(
      `There is a node named ${this.#options.name} on this database, and it is alive. Give this one another name.`,
    );
  }

  async #takeOver([id, , epoch, batch, beat]: TextRow): Promise<void> {
    this.#sight = undefined;
    await this.#link.attempt(async (session) => {
      try {
        const wait: Statement = { text: "SET LOCAL lock_timeout = '500ms'" };
        await session.transaction([wait, this.#own(TAKE_OVER, id, epoch, batch, beat)]);
      } catch (error) {
        if (stateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
        await session.run([{ text: END_SESSION, values: [id, epoch] }]);
      }
    });
  }
}

const NAMES = new Map([
  [BEAT, 'beat'],
  [FENCE, 'fence'],
  [HOLD, 'hold'],
  [CLAIM, 'claim'],
  [TAKE_OVER, 'take_over'],
  [LEAVE, 'leave'],
]);
