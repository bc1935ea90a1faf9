/** A broker with a data folder in this process, put together as `Broker.start` does it, but by a clock that the test holds. */
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import { whenLoaded } from '../../../src/broker/topology/recover-node.ts';
import type { Vhost } from '../../../src/broker/topology/vhost.ts';
import { brokerContext } from '../../../src/connection/broker-context.ts';
import { Listener } from '../../../src/connection/listener.ts';
import { resolveOptions } from '../../../src/embed/options.ts';
import { noticesTo } from '../../../src/embed/queue-notices.ts';
import { reportTo } from '../../../src/embed/unreadable.ts';
import { Scratch } from '../../../src/store/scratch.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Logger, silentLogger } from '../../../src/util/logger.ts';
import type { HandClock } from '../hand-clock.ts';
import { LateStore } from '../late-store.ts';
import { byOneClock } from '../../../src/util/clock.ts';

const MEMORY_BUDGET = 64 * 1024 * 1024;
const FILES = ['leveret.db', 'leveret.db-wal'];

export class ClockedBroker {
  readonly folder: string;
  readonly url: string;
  readonly vhost: Vhost;
  /** Errors that are no client's. */
  readonly faults: unknown[] = [];
  readonly #node: BrokerNode;
  readonly #store: Store;
  readonly #listener: Listener;

  /** `late`: a seed, if its store is to answer reads some turns later; then there is no scratch file in which messages would be at hand. */
  static async start(
    folder: string,
    clock: HandClock,
    { log = silentLogger, late }: { readonly log?: Logger; readonly late?: number | undefined } = {},
  ): Promise<ClockedBroker> {
    const config = resolveOptions({ dataDir: folder });
    const opened = await SqliteStore.open({ folder, lazyMs: 2, thread: false });
    const store = late === undefined ? opened : new LateStore(opened, { shuffled: late });
    const scratch = late === undefined ? new Scratch(folder) : undefined;
    const node = new BrokerNode(store, MEMORY_BUDGET, scratch, byOneClock(clock));
    node.unreadable = reportTo(log);
    node.notice = noticesTo(log);
    node.recover({ user: 'guest', password: 'guest', vhost: '/' });
    await whenLoaded(node);
    const listener = new Listener(brokerContext({ node, config, log }));
    const { port } = await listener.start(0, '127.0.0.1');
    return new ClockedBroker(folder, `amqp://guest:guest@127.0.0.1:${port}`, node, store, listener);
  }

  /** Use `ClockedBroker.start`. */
  private constructor(folder: string, url: string, node: BrokerNode, store: Store, listener: Listener) {
    this.folder = folder;
    this.url = url;
    this.vhost = node.vhost('/')!;
    this.#node = node;
    this.#store = store;
    this.#listener = listener;
    node.fault = (error) => this.faults.push(error);
  }

  /** Resolves when all that was said until now is on disk, and whoever waited for it was told. */
  async committed(): Promise<void> {
    await new Promise<void>((resolve) => this.#store.afterCommit(resolve));
    // What hears of a commit gathers until the end of its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Reads that its store answered later. */
  get answeredLater(): number {
    return this.#store instanceof LateStore ? this.#store.answered : 0;
  }

  /** Resolves when its store has answered all that it was asked. */
  async answered(): Promise<void> {
    if (this.#store instanceof LateStore) await this.#store.allAnswered();
  }

  /** Has messages go out of memory, as far as they can be had again, and no publisher is stopped for it. */
  forget(): void {
    const { memory } = this.#node;
    // The second time those too that are wanted next.
    for (let times = 0; times < 2; times++) memory.budget = Math.max(1, memory.bytes);
    memory.budget = MEMORY_BUDGET;
  }

  /** Leaves in another folder what a broker that is killed now would leave in its own. Nothing is being committed meanwhile. */
  copyTo(folder: string): void {
    mkdirSync(folder);
    // The log may go into the file just now, if the store rests: then the copies would be of two moments.
    let copied = '';
    for (let found = this.#written(); copied !== found; found = this.#written()) {
      copied = found;
      for (const file of FILES) {
        const [from, to] = [join(this.folder, file), join(folder, file)];
        if (existsSync(from)) copyFileSync(from, to);
        else rmSync(to, { force: true });
      }
    }
  }

  /** When the files were written to last, and how large they are. */
  #written(): string {
    const stats = FILES.map((file) => statSync(join(this.folder, file), { bigint: true, throwIfNoEntry: false }));
    return stats.map((one) => `${one?.mtimeNs} ${one?.size}`).join();
  }

  async stop(): Promise<void> {
    await this.#listener.stop();
    this.#node.stop();
    await this.#store.close();
    this.#node.memory.scratch?.close();
  }
}
