/** The HTTP API behind its listeners: put together here, and loaded, once for all of them, when the first request for it comes. */
import type { RequestListener } from 'node:http';
import { refusedCertificate } from '../util/audit-log.ts';
import { PROCESS_PATH } from '../util/control-socket.ts';
import { unawaited } from '../util/guard.ts';
import type { ManagementContext } from './context.ts';
import { controlEntrance, networkEntrance } from './http/entrance.ts';
import { HttpListener, type HttpListenerOptions } from './http/listener.ts';
import type { ApiApp } from './http/app.ts';

export class Management {
  readonly #context: ManagementContext;
  #app: Promise<ApiApp> | undefined;

  constructor(context: ManagementContext) {
    this.#context = context;
  }

  /** For users with a password, and for browsers. */
  networkListener(options: Pick<HttpListenerOptions, 'contexts' | 'upgrades'>): HttpListener {
    const load = async () => {
      const app = await this.#load();
      const { Page } = await import('./page/page.ts');
      const page = new Page((request, path) => app.answerPage(request, networkEntrance, path));
      const answer: RequestListener = (request, response) => {
        if (!page.answers(request, response)) app.answer(request, response, networkEntrance);
      };
      return { answer, stop: () => this.#stop() };
    };
    const { audit } = this.#context;
    return new HttpListener(load, {
      ...options,
      refused: (peer, reason) => audit?.record(refusedCertificate('http', peer, reason)),
    });
  }

  /** For the commands of who operates the broker. `process`: answers what they ask of the process and not of the broker, for which no API is loaded. */
  controlListener(process: RequestListener): HttpListener {
    const answer: RequestListener = (request, response) => {
      if (request.url?.startsWith(PROCESS_PATH)) return process(request, response);
      unawaited(
        (error) => response.destroy(error as Error),
        this.#load().then((app) => app.answer(request, response, controlEntrance)),
      );
    };
    return new HttpListener(() => Promise.resolve({ answer, stop: () => this.#stop() }));
  }

  #load(): Promise<ApiApp> {
    return (this.#app ??= loadApp(this.#context));
  }

  /** What could not be loaded does nothing. */
  async #stop(): Promise<void> {
    await this.#app?.then(
      (app) => app.stop(),
      () => undefined,
    );
  }
}

/** A file a turn of the event loop: to load one takes some milliseconds. */
async function loadApp(context: ManagementContext): Promise<ApiApp> {
  const { createApp } = await import('./http/app.ts');
  await nextTurn(context);
  const { RESOURCES } = await import('./resources.ts');
  await nextTurn(context);
  return createApp(context, RESOURCES);
}

function nextTurn({ clock }: ManagementContext): Promise<void> {
  return new Promise((resolve) => clock.soon(resolve));
}
