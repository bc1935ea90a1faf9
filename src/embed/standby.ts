/**
 * What a node answers while another has its store: that it waits, and for which. Clients of AMQP find no port, and go on to the next host; who looks
 * into it over HTTP, or by the socket in its data folder, is told, and so is Prometheus.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config/config.ts';
import { HttpListener } from '../management/http/listener.ts';
import type { Identity } from '../metrics/families/info.ts';
import { standbyMetricsListener } from '../metrics/metrics.ts';
import type { Tls } from '../tls/tls.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';
import { leveretVersion } from '../util/version.ts';
import { listenForControl } from './control.ts';
import { send, sendState, wishOf } from './process-requests.ts';
import { type WantedListener, wantedListeners } from './wanted-listeners.ts';

export interface StandbyParts {
  readonly config: Config;
  /** The name of this one. */
  readonly node: string;
  readonly log: Logger;
  /** Answers what is asked of the process, if it is for the broker alone. */
  readonly daemon: RequestListener | undefined;
  /** Undefined if no listener is secured. */
  readonly tls: Tls | undefined;
}

export class Standby {
  readonly #config: Config;
  readonly #node: string;
  readonly #log: Logger;
  readonly #daemon: RequestListener | undefined;
  readonly #tls: Tls | undefined;
  #active = '';
  readonly #listeners: HttpListener[] = [];
  #control: Promise<{ stop(): Promise<void> } | undefined> | undefined;

  constructor({ config, node, log, daemon, tls }: StandbyParts) {
    this.#config = config;
    this.#node = node;
    this.#log = log;
    this.#daemon = daemon;
    this.#tls = tls;
  }

  /** From now on it says so, on the ports of the HTTP API and of Prometheus. */
  readonly waitFor = (active: string): void => {
    this.#active = active;
    const { dataDir } = this.#config;
    if (this.#control === undefined && dataDir !== undefined) {
      const listener = new HttpListener(() => Promise.resolve({ answer: this.#answerCommand }));
      this.#control = listenForControl(dataDir, listener, this.#log);
    }
    if (this.#listeners.length > 0) return;
    for (const wanted of wantedListeners(this.#config, this.#tls)) {
      const { protocol, contexts } = wanted;
      if (protocol.startsWith('amqp')) continue;
      const listener = protocol.endsWith('prometheus')
        ? standbyMetricsListener(this.#identity, this.#log, contexts)
        : new HttpListener(() => Promise.resolve({ answer: this.#answer }), { contexts });
      this.#start(listener, wanted);
    }
  };

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await (await this.#control)?.stop();
  }

  /** A port that cannot be had is an error when the broker itself needs it. */
  #start(listener: HttpListener, { port, host }: WantedListener): void {
    this.#listeners.push(listener);
    const failed = (error: unknown): void =>
      this.#log.warn({ err: error, port }, 'nobody can ask this node while it waits');
    unawaited(failed, listener.start({ port, host }));
  }

  /** What the cluster was named by a command is in the store alone. */
  get #identity(): Identity {
    const { clusterName: cluster } = this.#config;
    return { config: this.#config, nodeName: this.#node, cluster, permanentId: undefined, version: leveretVersion() };
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
