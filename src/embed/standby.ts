/** What a node answers over HTTP while another has its store: that it waits, and for which. Clients of AMQP find no port, and go on to the next host. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/config.ts';
import { HttpListener } from '../management/http/listener.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';
import { send } from './process-requests.ts';

export class Standby {
  readonly #config: Config;
  readonly #node: string;
  readonly #log: Logger;
  #active = '';
  #listener: HttpListener | undefined;

  /** `node`: the name of this one. */
  constructor(config: Config, node: string, log: Logger) {
    this.#config = config;
    this.#node = node;
    this.#log = log;
  }

  /** From now on it says so, on the port of the HTTP API. A port that cannot be had is an error when the broker itself needs it. */
  readonly waitFor = (active: string): void => {
    this.#active = active;
    const { managementPort: port, host, managementHost = host } = this.#config;
    if (this.#listener !== undefined || port === undefined) return;
    this.#listener = new HttpListener(() => Promise.resolve({ answer: this.#answer }));
    const failed = (error: unknown): void =>
      this.#log.warn({ err: error, port }, 'nobody can ask this node while it waits');
    unawaited(failed, this.#listener.start({ port, host: managementHost }));
  };

  async stop(): Promise<void> {
    await this.#listener?.stop();
  }

  readonly #answer = ({ method, url }: IncomingMessage, response: ServerResponse): void => {
    const state = { node: this.#node, active: this.#active };
    if (method === 'GET' && url === '/api/standby') return send(response, 200, state);
    send(response, 503, { status: 'failed', reason: 'standby', ...state });
  };
}
