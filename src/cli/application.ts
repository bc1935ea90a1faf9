/**
 * The broker within the daemon's process (RabbitMQ: "the RabbitMQ application"): `rabbitmqctl stop_app` ends it and `start_app` begins it anew
 * while the process stays. While it is stopped, the daemon itself listens on the control socket, and what it stored may be reset.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config/config.ts';
import { listenForControl } from '../embed/control.ts';
import { send, sendState, wishOf } from '../embed/process-requests.ts';
import { HttpListener } from '../management/http/listener.ts';
import { AuditLog } from '../util/audit-log.ts';
import { BROKER_RUNS, OPERATOR, PROCESS_PATH, type ProcessWish } from '../util/control-socket.ts';
import type { Logger } from '../util/logger.ts';
import { systemClock } from '../util/system.ts';

/** The part of embed's Broker that the daemon uses. */
export interface RunningBroker {
  readonly port: number;
  /** Undefined without TLS. */
  readonly tlsPort: number | undefined;
  /** Resolves when all is loaded that each start needs: soon after clients can connect. */
  readonly loaded: Promise<void>;
  /** Has the files of TLS read again. */
  renewCertificates(): void;
  stop(): Promise<void>;
  /** See Broker.closed. */
  readonly closed: Promise<void>;
}

/** What is asked for cannot be done as things are now. */
class Refusal extends Error {}

export class Application {
  readonly #folder: string | undefined;
  readonly #hasDatabase: boolean;
  readonly #auditLog: string | undefined;
  readonly #log: Logger;
  readonly #startBroker: (daemon: RequestListener) => Promise<RunningBroker>;
  readonly #halt: () => void;
  #broker: RunningBroker | undefined;
  /** What listens on the control socket while the broker is stopped. */
  #stopped: { readonly listener: HttpListener; stop(): Promise<void> } | undefined;
  /** One change at a time. */
  #change: Promise<unknown> = Promise.resolve();
  #ended = false;
  readonly #handler: RequestListener = (request, response) => void this.#answer(request, response);

  /** `dataDir`: undefined for a broker in memory, which no command reaches. `halt`: has the process end. */
  constructor(
    { dataDir, store, auditLog }: Pick<Config, 'dataDir' | 'store' | 'auditLog'>,
    log: Logger,
    startBroker: (daemon: RequestListener) => Promise<RunningBroker>,
    halt: () => void,
  ) {
    this.#folder = dataDir;
    this.#hasDatabase = store !== undefined;
    this.#auditLog = auditLog;
    this.#log = log;
    this.#startBroker = startBroker;
    this.#halt = halt;
  }

  /** Rejects with what the broker's start rejects with. */
  async start(): Promise<RunningBroker> {
    return (this.#broker ??= await this.#startBroker(this.#handler));
  }

  /** After the broker has ended by itself. Rejects with what its start rejects with. */
  startAnew(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#ended || this.#stopped !== undefined) return;
      this.#broker = undefined;
      await this.start();
    });
  }

  /** A broker that is stopped reads the files of TLS when it starts. */
  renewCertificates(): void {
    this.#broker?.renewCertificates();
  }

  /** For good: what is asked of it later is refused. */
  end(): Promise<void> {
    return this.#inTurn(async () => {
      this.#ended = true;
      await this.#broker?.stop();
      await this.#stopped?.stop();
    });
  }

  #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const turn = this.#change.then(change);
    this.#change = turn.catch(() => {});
    return turn;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wish = wishOf(request);
    try {
      switch (wish) {
        case 'state':
          return sendState(response, this.#broker === undefined ? 'stopped' : 'running');
        case 'halt':
          await this.#record(wish);
          send(response, 202, { pid: process.pid });
          return this.#halt();
        case 'stop':
          // The socket that this came by ends with the broker: who asked looks for the stopped one.
          send(response, 202);
          return await this.#recorded(wish, () => this.#stop());
        case 'start':
          await this.#recorded(wish, () => this.#restart(response));
          return send(response, 204);
        case 'reset':
          await this.#recorded(wish, () => this.#reset());
          return send(response, 204);
        default:
          if (this.#broker !== undefined) {
            return send(response, 404, { error: 'not_found', reason: 'the process knows nothing of that' });
          }
          return send(response, 503, { error: 'app_stopped', reason: 'the broker is stopped' });
      }
    } catch (error) {
      this.#log.error({ err: error }, `${wish} failed`);
      if (response.headersSent) return;
      const refused = error instanceof Refusal;
      send(response, refused ? 409 : 500, { error: wish, reason: (error as Error).message });
    }
  }

  async #recorded(wish: ProcessWish, change: () => Promise<void>): Promise<void> {
    try {
      await this.#inTurn(change);
    } catch (error) {
      await this.#record(wish, (error as Error).message);
      throw error;
    }
    await this.#record(wish);
  }

  /** The broker's own audit log is closed while it is stopped: this appends to the same file. */
  async #record(wish: ProcessWish, reason?: string): Promise<void> {
    if (this.#auditLog === undefined) return;
    const outcome = reason === undefined ? 'success' : 'failure';
    const unwritten = (error: unknown): void => this.#log.error({ err: error }, 'the audit log cannot be written');
    try {
      const audit = new AuditLog(this.#auditLog, systemClock, unwritten);
      const action = `POST ${PROCESS_PATH}${wish}`;
      audit.record({ event: 'change', outcome, protocol: 'http', ...OPERATOR, action, ...(reason && { reason }) });
      await audit.close();
    } catch (error) {
      unwritten(error);
    }
  }

  async #stop(): Promise<void> {
    if (this.#broker === undefined || this.#ended) return;
    this.#log.info({}, 'the broker is asked to stop; the process stays');
    await this.#broker.stop();
    this.#broker = undefined;
    await this.#listen();
    this.#log.info({}, 'the broker is stopped');
  }

  async #restart(answer: ServerResponse): Promise<void> {
    if (this.#ended) throw new Refusal('the process is about to end');
    if (this.#broker !== undefined) return;
    // Its socket makes room for the broker's; who asks for the start still gets the answer.
    const stopped = this.#stopped;
    stopped?.listener.leave();
    answer.once('close', () => void stopped?.stop());
    try {
      await this.start();
      this.#stopped = undefined;
    } catch (error) {
      await this.#listen();
      throw error;
    }
  }

  async #reset(): Promise<void> {
    if (this.#broker !== undefined) throw new Refusal(BROKER_RUNS);
    if (this.#hasDatabase)
      throw new Refusal('the store is in a database: drop its schema there when all nodes are stopped');
    const { resetStore } = await import('../store/sqlite/copies.ts');
    resetStore(this.#folder!);
    this.#log.info({ dataDir: this.#folder }, 'all that was stored is removed');
  }

  async #listen(): Promise<void> {
    const listener = new HttpListener(() => Promise.resolve({ answer: this.#handler }));
    const control = await listenForControl(this.#folder!, listener, this.#log);
    this.#stopped = { listener, stop: async () => control?.stop() };
  }
}
