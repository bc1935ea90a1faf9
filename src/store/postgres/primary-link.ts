/**
 * The way to the primary: one session that commits and one that reads, both with the same server. Servers change: the primary is the one of the
 * highest timeline among those that do not follow another, and a session with one of a lower timeline is given up.
 */
import type { Clock } from '../../util/clock.ts';
import { rethrow, unawaited } from '../../util/guard.ts';
import { StoreError } from '../store.ts';
import { describeHost, type Host } from './address.ts';
import { type Connect, explainConnect, isLasting } from './connector.ts';
import { type Primary, Servers } from './servers.ts';
import type { Session } from './session.ts';

/** Between two searches, in milliseconds. */
const SEARCH_MS = 250;
/** An answer that takes longer has the primary looked for, in milliseconds. */
const SILENCE_MS = 1000;

/**
 * What is found of a session that does not answer. `useless`: there is a newer primary. `idle`: the server has nothing of what was sent, or its
 * answer is on its way. `receiving`: it has a part. Both may pass, and a network that swallowed the rest looks the same.
 */
type Verdict = 'useless' | 'idle' | 'receiving' | 'busy';

/** How often in a row that is found until the session is given up: the way of a large batch may be slow. */
const LOOKS: Partial<Record<Verdict, number>> = { useless: 1, idle: 2, receiving: 10 };

/** What the process of a session does: it is at work if it waits for something else than for what its client sends. No row: it is gone. */
const activityOf = (pid: number): string =>
  `SELECT CASE WHEN state = 'active' AND wait_event IS DISTINCT FROM 'ClientRead' THEN 'busy'
    WHEN state = 'idle' THEN 'idle' ELSE 'receiving' END FROM pg_stat_activity WHERE pid = ${pid}`;

export class PrimaryLink {
  readonly #hosts: readonly Host[];
  readonly #connect: Connect;
  readonly #servers: Servers;
  readonly #clock: Clock;
  readonly #tell: (trouble: string) => void;
  #primary: Primary | undefined;
  #searching: Promise<Primary> | undefined;
  #reader: Promise<Session> | undefined;
  #closed = false;

  /** `tell`: is told why there is no session, or no answer. Who commits tells when there is. */
  constructor(hosts: readonly Host[], connect: Connect, clock: Clock, tell: (trouble: string) => void) {
    this.#hosts = hosts;
    this.#connect = connect;
    this.#servers = new Servers(hosts, connect, clock);
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The session that commits. Tries until there is one; rejects with a StoreError for what no waiting will mend, and when the link is closed. */
  async session(): Promise<Session> {
    if (this.#primary !== undefined) return this.#primary.session;
    this.#searching ??= this.#search().finally(() => (this.#searching = undefined));
    return (await this.#searching).session;
  }

  /**
   * Does something over the session that commits. It may take as long as it takes: nothing is cancelled. Only if the session is found to be of no
   * more use is it ended, and `work` rejects.
   */
  async attempt<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
    return this.#watched(await this.session(), work, () => this.#tell('the database has not answered for a second'));
  }

  /** The same over the session that reads: nobody is blocked by that. */
  async read<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
    return this.#watched(await this.#readerSession(), work, () => undefined);
  }

  async #watched<Value>(
    session: Session,
    work: (session: Session) => Promise<Value>,
    silent: () => void,
  ): Promise<Value> {
    let looking = false;
    let last: Verdict = 'busy';
    let looks = 0;
    const judge = (verdict: Verdict): void => {
      looking = false;
      looks = verdict === last ? looks + 1 : 1;
      last = verdict;
      if (looks >= (LOOKS[verdict] ?? Infinity)) session.destroy();
    };
    const timer = this.#clock.every(SILENCE_MS, () => {
      silent();
      if (looking) return;
      looking = true;
      unawaited(rethrow, this.#verdictOf(session).then(judge));
    });
    try {
      return await work(session);
    } finally {
      timer.cancel();
    }
  }

  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  /** Ends the sessions as they are. */
  destroy(): void {
    this.#closed = true;
    this.#primary?.session.destroy();
    this.#endReader();
  }

  /** With the server that the other one is with. */
  async #readerSession(): Promise<Session> {
    await this.session();
    const primary = this.#primary!;
    this.#reader ??= this.#connect(primary.host).then((session) => {
      unawaited(
        rethrow,
        session.ended.then(() => (this.#reader = undefined)),
      );
      return session;
    });
    try {
      return await this.#reader;
    } catch (error) {
      this.#reader = undefined;
      throw error;
    }
  }

  #endReader(): void {
    const ended = this.#reader?.then((session) => session.destroy());
    // One that did not come need not go.
    if (ended !== undefined) unawaited(() => undefined, ended);
  }

  async #search(): Promise<Primary> {
    for (;;) {
      const { primary, problems } = await this.#servers.look();
      if (this.#closed) {
        primary?.session.destroy();
        throw new StoreError('The store is closed.');
      }
      if (primary !== undefined) return this.#use(primary);
      const lasting = problems.find(({ error }) => isLasting(error));
      if (lasting !== undefined) throw explainConnect(lasting.error, lasting.host);
      const [problem] = problems;
      this.#tell(
        problem === undefined
          ? `none of the servers is a primary: ${this.#hosts.map(describeHost).join()}`
          : explainConnect(problem.error, problem.host).message,
      );
      await this.pause(SEARCH_MS);
    }
  }

  #use(primary: Primary): Primary {
    this.#primary = primary;
    const over = (): void => {
      if (this.#primary === primary) this.#primary = undefined;
      // It is with the same server: what it reads may be old news.
      this.#endReader();
    };
    unawaited(rethrow, primary.session.ended.then(over));
    return primary;
  }

  async #verdictOf(session: Session): Promise<Verdict> {
    const used = this.#primary;
    const { primary } = await this.#servers.look();
    if (primary === undefined) return 'busy';
    try {
      if (used === undefined) return 'busy';
      if (primary.timeline > used.timeline) return 'useless';
      if (primary.host !== used.host) return 'busy';
      const { rows } = await this.#servers.soon(primary.session, primary.session.query(activityOf(session.pid)));
      return (rows[0]?.[0] as Verdict | undefined) ?? 'idle';
    } catch {
      return 'busy';
    } finally {
      primary.session.destroy();
    }
  }
}
