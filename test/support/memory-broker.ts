/** A broker in this process that keeps everything in memory, put together as `Broker.start` does it, and whose node a test may look into. */
import { BrokerNode } from '../../src/broker/topology/broker-node.ts';
import type { Vhost } from '../../src/broker/topology/vhost.ts';
import { brokerContext } from '../../src/connection/broker-context.ts';
import { Listener } from '../../src/connection/listener.ts';
import { resolveOptions } from '../../src/embed/options.ts';
import { NullStore } from '../../src/store/null-store.ts';
import type { Clocks } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { AmqpClient } from './amqp-client/index.ts';
import { tellOf } from './amqp-client/next-event.ts';

const MEMORY_BUDGET = 64 * 1024 * 1024;

export class MemoryBroker implements AsyncDisposable {
  readonly node: BrokerNode;
  readonly url: string;
  readonly #listener: Listener;
  readonly #untell: () => void;
  readonly #clients: AmqpClient[] = [];

  static async start(clocks?: Clocks): Promise<MemoryBroker> {
    const node = new BrokerNode(new NullStore(), MEMORY_BUDGET, undefined, clocks);
    node.recover({ user: 'guest', password: 'guest', vhost: '/' });
    const config = resolveOptions({});
    const listener = new Listener(brokerContext({ node, config, log: silentLogger }));
    const { port } = await listener.start(0, '127.0.0.1');
    return new MemoryBroker(node, listener, `amqp://guest:guest@127.0.0.1:${port}`);
  }

  /** Use `MemoryBroker.start`. */
  private constructor(node: BrokerNode, listener: Listener, url: string) {
    this.node = node;
    this.url = url;
    this.#listener = listener;
    this.#untell = tellOf(url, node);
  }

  get vhost(): Vhost {
    return this.node.vhost('/')!;
  }

  async connect(options?: Parameters<typeof AmqpClient.connect>[1]): Promise<AmqpClient> {
    const client = await AmqpClient.connect(this.url, options);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#untell();
    // Nobody answers the broker's close, and by a test's clock it would wait for that for ever.
    for (const client of this.#clients) client.destroy();
    await this.#listener.stop();
    this.node.stop();
    await this.node.store.close();
  }
}
