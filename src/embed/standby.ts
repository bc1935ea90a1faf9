/**
 * What a node answers while another has its store: that it waits, and for which. Clients of AMQP find no port, and go on to the next host; who looks
 * into it over HTTP, or by the socket in its data folder, is told.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config/config.ts';
import { HttpListener } from '../management/http/listener.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';
import { listenForControl } from './control.ts';
import { send, sendState, wishOf } from './process-requests.ts';

export class Standby {
  readonly #config: Config;
  readonly #node: string;
  readonly #log: Logger;
  readonly #daemon: RequestListener | undefined;
  #active = '';
  #listener: HttpListener | undefined;
  #control: Promise<{ stop(): Promise<void> } | undefined> | undefined;

  /** `node`: the name of this one. `daemon`: answers what is asked of the process, if it is for the broker alone. */
  constructor(config: Config, node: string, log: Logger, daemon: RequestListener | undefined) {
    this.#config = config;
    this.#node = node;
    this.#log = log;
    this.#daemon = daemon;
  }

  /** From now on it says so, on the port of the HTTP API. A port that cannot be had is an error when the broker itself needs it. */
  readonly waitFor = (active: string): void => {
    this.#active = active;
    const { managementPort: port, host, managementHost = host, dataDir } = this.#config;
    if (this.#control === undefined && dataDir !== undefined) {
      const listener = new HttpListener(() => Promise.resolve({ answer: this.#answerCommand }));
      this.#control = listenForControl(dataDir, listener, this.#log);
    }
    if (this.#listener !== undefined || port === undefined) return;
    this.#listener = new HttpListener(() => Promise.resolve({ answer: this.#answer }));
    const failed = (error: unknown): void =>
      this.#log.warn({ err: error, port }, 'nobody can ask this node while it waits');
    unawaited(failed, this.#listener.start({ port, host: managementHost }));
  };

  async stop(): Promise<void> {
    await this.#listener?.stop();
    await (await this.#control)?.stop();
  }

  /** Its process may be asked for its end. */
  readonly #answerCommand = (request: IncomingMessage, response: ServerResponse): void => {
    const wish = wishOf(request);
    if (wish === 'state') sendState(response, 'waiting');
    else if (wish === 'halt' && this.#daemon !== undefined) this.#daemon(request, response);
    else this.#answer(request, response);
  };

  readonly #answer = ({ method, url }: IncomingMessage, response: ServerResponse): void => {
    const state = { node: this.#node, active: this.#active };
    if (method === 'GET' && url === '/api/standby') return send(response, 200, state);
    send(response, 503, { status: 'failed', reason: 'standby', ...state });
  };
}
