/** A vhost of its own with a user of its own: nothing in it meets another test's. */
import type { Inside } from './inside.ts';
import type { MessageLog } from './log/message-log.ts';
import { TestVhost } from './test-vhost.ts';

export class TestSpace extends TestVhost implements AsyncDisposable {
  /** Where its user connects to it. */
  readonly url: string;
  readonly #remove: () => Promise<void>;

  /** @internal */
  constructor(inside: Inside, vhost: string, log: MessageLog, url: string, remove: () => Promise<void>) {
    super(inside, vhost, log);
    this.url = url;
    this.#remove = remove;
  }

  /** Removes vhost and user; connections are closed with 320. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}
