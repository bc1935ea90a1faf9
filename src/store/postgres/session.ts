/** One session with a server of PostgreSQL: statements of one transaction go in one write, without a round trip between them. */
import type { Client, ClientConfig, Connection } from 'pg';
import type { Clock } from '../../util/clock.ts';
import { hear, rethrow } from '../../util/guard.ts';
import { type CopiedRow, CopyOut } from './copy-out.ts';
import { type Results, Series } from './series.ts';

/** A Buffer goes as the binary form of its type, a string as its text. */
export type Value = Buffer | string | number | null;

export interface Statement {
  /** Prepared under this name when a session first needs it. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly Value[];
  /** What goes to `COPY FROM STDIN`: messages of the protocol, whole when put together. */
  readonly copy?: readonly Uint8Array[];
}

interface NoticeMessage {
  readonly severity: string | undefined;
  readonly message: string | undefined;
}

/** The server said that something is other than it seems: a COMMIT with one may have been committed here, and nowhere else. */
export class WarnedError extends Error {
  override readonly name = 'WarnedError';
}

const BEGIN: Statement = { name: 'begin', text: 'BEGIN' };
const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };
/** CopyDone. */
const COPY_DONE = Buffer.of(0x63, 0, 0, 0, 4);

export class Session {
  /** The process of the server that serves it. */
  readonly pid: number;
  /** Resolves when the session has ended, however that came. */
  readonly ended: Promise<void>;
  readonly #client: Client;
  readonly #connection: Connection;
  readonly #prepared = new Set<string>();
  /** Names of statements that are being prepared, in their order. */
  #preparing: string[] = [];
  #warning: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Rejects with what the server or the system says. `Client`: pg's. */
  static async open(PgClient: typeof Client, config: ClientConfig): Promise<Session> {
    const client = new PgClient(config);
    // Heard of by the query that it ends, and by `ended`.
    hear(client, 'error', rethrow, () => undefined);
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    return new Session(client);
  }

  private constructor(client: Client) {
    this.#client = client;
    const { connection, processID } = client as Client & { connection: Connection; processID: number };
    this.#connection = connection;
    this.pid = processID;
    this.ended = new Promise((resolve) => client.once('end', () => resolve()));
    // pg asks nothing more over it, whether or not its socket ever ends.
    hear(client, 'error', rethrow, () => this.destroy());
    hear(connection, 'parseComplete', rethrow, () => {
      const name = this.#preparing.shift();
      if (name !== undefined && name !== '') this.#prepared.add(name);
    });
    hear(client, 'notice', rethrow, ({ severity, message }: NoticeMessage) => {
      if (severity === 'WARNING') this.#warning = message;
    });
  }

  /** In one transaction, if they begin none of their own. Rejects with what the server says, or if the session ends. */
  run(statements: readonly Statement[]): Promise<Results> {
    return this.#submit((done, failed) => new Series((connection) => this.#send(connection, statements), done, failed));
  }

  /**
   * All of it is committed when this resolves. If it rejects, nothing is known of that: the session may have ended in the middle, and a server
   * whose wait for its standby was cut short says so with a warning alone.
   */
  async transaction(statements: readonly Statement[]): Promise<Results> {
    this.#warning = undefined;
    let results: Results;
    try {
      results = await this.run([BEGIN, ...statements, COMMIT]);
    } catch (error) {
      // Fails as well if the session has ended.
      await this.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    if (this.#warning !== undefined) throw new WarnedError(this.#warning);
    const tag = results.tags.at(-1);
    if (tag !== 'COMMIT') throw new WarnedError(`the server answered ${tag} to COMMIT`);
    return results;
  }

  /** One or several statements without parameters. */
  query(text: string): Promise<Results> {
    return this.#submit((done, failed) => new Series((connection) => connection.query(text), done, failed));
  }

  /** The rows of `COPY ... TO STDOUT BINARY`, whose columns are good until `row` returns. */
  async copyOut(text: string, row: (columns: CopiedRow) => void): Promise<void> {
    const copy = new CopyOut(row);
    await this.#submit(
      (done, failed) =>
        new Series(
          (connection) => connection.query(text),
          done,
          failed,
          (chunk) => copy.take(chunk),
        ),
    );
    copy.end();
  }

  /** Ends it at once: what is under way rejects. */
  destroy(): void {
    this.#connection.stream.destroy();
  }

  /** It keeps the process alive, or does not. */
  unref(): void {
    const { stream } = this.#connection;
    if ('unref' in stream && typeof stream.unref === 'function') (stream.unref as () => void).call(stream);
  }

  /** One after another: pg wants to be asked so. */
  #submit(make: (done: (results: Results) => void, failed: (error: Error) => void) => Series): Promise<Results> {
    const answer = this.#turn.then(
      () => new Promise<Results>((resolve, reject) => void this.#client.query(make(resolve, reject))),
    );
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  #send(connection: Connection, statements: readonly Statement[]): void {
    const { stream } = connection;
    this.#preparing = [];
    stream.cork();
    for (const { name = '', text, values = [], copy } of statements) {
      if (name === '' || !(this.#prepared.has(name) || this.#preparing.includes(name))) {
        connection.parse({ name, text, types: [] }, true);
        this.#preparing.push(name);
      }
      connection.bind({ statement: name, values: values.map(bound) }, true);
      connection.execute({}, true);
      if (copy === undefined) continue;
      for (const part of copy) stream.write(part);
      stream.write(COPY_DONE);
    }
    connection.sync();
    stream.uncork();
  }
}

function bound(value: Value): Buffer | string | null {
  return typeof value === 'number' ? String(value) : value;
}

/**
 * Ends the session if the answer takes longer than `ms` milliseconds: a server that is cut off never gives it. For questions that are answered at
 * once: a commit may take as long as it takes.
 */
export async function answerInTime<Value>(
  session: Session,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
  answer: Promise<Value>,
): Promise<Value> {
  const timer = clock.after(ms, () => session.destroy());
  try {
    return await answer;
  } finally {
    timer.cancel();
  }
}
