/** A server that is asked who may come in and what they may do, as RabbitMQ's backend http asks it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { BrokerOptions } from '../../src/index.ts';

export type Question = Readonly<Record<string, string>> & { readonly path: string };
/** What it answers; `undefined`: nothing, ever. */
export type Answering = (question: Question) => string | { readonly status: number } | undefined;

export class AuthServer implements AsyncDisposable {
  readonly questions: Question[] = [];
  readonly #server: Server;
  answering: Answering;

  static async start(answering: Answering): Promise<AuthServer> {
    const server = new AuthServer(answering);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor(answering: Answering) {
    this.answering = answering;
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
        const asked = Object.fromEntries(request.method === 'POST' ? new URLSearchParams(body) : searchParams);
        const question = { path: pathname.slice(1), ...asked };
        this.questions.push(question);
        const answer = this.answering(question);
        if (answer === undefined) return;
        if (typeof answer === 'string') response.end(answer);
        else response.writeHead(answer.status).end();
      });
    });
  }

  /** Those that have a broker ask it. */
  get options(): BrokerOptions {
    const { port } = this.#server.address() as AddressInfo;
    const url = (path: string): string => `http://127.0.0.1:${port}/${path}`;
    return {
      authBackends: ['http'],
      authHttpUserPath: url('user'),
      authHttpVhostPath: url('vhost'),
      authHttpResourcePath: url('resource'),
      authHttpTopicPath: url('topic'),
    };
  }

  /** What it was asked at the path. */
  asked(path: string): Question[] {
    return this.questions.filter((question) => question.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
