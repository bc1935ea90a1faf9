/** The servers of a database, and which of them is the primary: of those that do not follow another the one of the highest timeline. */
import type { Clock } from '../../util/clock.ts';
import { rethrow, unawaited } from '../../util/guard.ts';
import type { Host } from './address.ts';
import type { Connect } from './connector.ts';
import { answerInTime, type Session } from './session.ts';

/** How long the others may take to answer when one primary is found, in milliseconds. */
const OTHERS_MS = 500;
/** How long a server may take to say who it is, in milliseconds. */
const ANSWER_MS = 5000;

export interface Primary {
  readonly session: Session;
  readonly host: Host;
  readonly timeline: number;
}

/** Why a server is of no use. */
interface Problem {
  readonly host: Host;
  readonly error: unknown;
}

export interface Found {
  readonly primary: Primary | undefined;
  readonly problems: readonly Problem[];
}

/** Its timeline; NULL of a standby. */
const WHO_ARE_YOU = `SELECT CASE WHEN pg_is_in_recovery() THEN NULL
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END`;

export class Servers {
  readonly #hosts: readonly Host[];
  readonly #connect: Connect;
  readonly #clock: Clock;

  constructor(hosts: readonly Host[], connect: Connect, clock: Clock) {
    this.#hosts = hosts;
    this.#connect = connect;
    this.#clock = clock;
  }

  /** Asks all servers at once. The session with the primary stays open. */
  async look(): Promise<Found> {
    const found: Primary[] = [];
    const problems: Problem[] = [];
    const enough = Promise.withResolvers<void>();
    const asked = this.#hosts.map(async (host) => {
      try {
        const session = await this.#connect(host);
        const timeline = (await this.soon(session, session.query(WHO_ARE_YOU))).rows[0][0];
        // Without a goodbye, whose end a server that is cut off meanwhile never tells.
        if (timeline === null) return session.destroy();
        found.push({ session, host, timeline: Number(timeline) });
        // There may be another, of a higher timeline.
        this.#clock.after(OTHERS_MS, () => enough.resolve());
      } catch (error) {
        problems.push({ host, error });
      }
    });
    const all = Promise.all(asked);
    await Promise.race([all, enough.promise]);
    found.sort((a, b) => b.timeline - a.timeline);
    const [primary] = found;
    const endOthers = (): void => found.forEach((other) => other !== primary && other.session.destroy());
    unawaited(rethrow, all.then(endOthers));
    return { primary, problems };
  }

  /** For what is answered at once, if the server is not cut off: its session is ended then. */
  soon<Value>(session: Session, answer: Promise<Value>): Promise<Value> {
    return answerInTime(session, { clock: this.#clock, ms: ANSWER_MS }, answer);
  }
}
