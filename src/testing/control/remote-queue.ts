/** A queue of a test broker in another process. */
import type { Match } from '../log/match.ts';
import type { Properties } from '../log/received.ts';
import type { MessageContent } from '../publish.ts';
import type { Settled, WaitOptions } from '../test-queue.ts';
import { type Ask, withQuery } from './remote-ask.ts';
import type { EntryView, MessageView, QueueView } from './views.ts';

export class RemoteQueue {
  readonly #ask: Ask;
  readonly name: string;
  /** Undefined is the default vhost. */
  readonly vhost: string | undefined;

  /** @internal */
  constructor(ask: Ask, name: string, vhost: string | undefined) {
    this.#ask = ask;
    this.name = name;
    this.vhost = vhost;
  }

  /** See TestQueue. `where` of a match cannot go to another process, nor can patterns within its `json`, `headers` or `properties`. */
  toReceive<Body = unknown>(
    match: Match = {},
    options: WaitOptions & { count?: number } = {},
  ): Promise<MessageView<Body>> {
    return this.#wait({ match, ...options });
  }

  /** Rejects if a matching message comes within so many real milliseconds. */
  toReceiveNothing({ for: nothing }: { readonly for: number }, match: Match = {}): Promise<void> {
    return this.#wait({ match, nothing });
  }

  /** See TestQueue. */
  toBeEmpty(options: WaitOptions = {}): Promise<void> {
    return this.#wait({ empty: true, ...options });
  }

  /** See TestQueue. */
  toHaveConsumers(consumers: number, options: WaitOptions = {}): Promise<void> {
    return this.#wait({ consumers, ...options });
  }

  /** See TestQueue. */
  toSettle(match: Match, settled: Settled, options: WaitOptions = {}): Promise<EntryView> {
    return this.#wait({ match, settled, ...options });
  }

  /** See TestQueue. */
  async put(content: MessageContent, properties?: Properties): Promise<void> {
    const said = Buffer.isBuffer(content) ? { base64: content.toString('base64') } : { content };
    await this.#ask('POST', '/test/put', { queue: this.name, vhost: this.vhost, properties, ...said });
  }

  /** What is there now, without taking it. */
  look(): Promise<QueueView> {
    return this.#ask('GET', withQuery(`/test/queues/${encodeURIComponent(this.name)}`, { vhost: this.vhost }));
  }

  #wait<Answer>(request: object): Promise<Answer> {
    return this.#ask('POST', '/test/wait', { queue: this.name, vhost: this.vhost, ...request });
  }
}
