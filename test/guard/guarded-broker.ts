/** A broker in this process with the queue `guard`, and roles of the benchmarks that load it. */
import { Socket } from 'node:net';
import { vi } from 'vitest';
import { Consumer } from '../../bench/load/consumer.ts';
import { Crowd } from '../../bench/load/crowd.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { type ConsumerSpec, Counters, type CrowdSpec, type PublisherSpec } from '../../bench/load/role.ts';
import { Topology } from '../../bench/scenarios/topology.ts';
import { Broker, type BrokerOptions } from '../../src/index.ts';

export const QUEUE = 'guard';

const PUBLISHER: PublisherSpec = {
  kind: 'publisher',
  exchange: '',
  routingKeys: [QUEUE],
  size: 16,
  persistent: false,
  unconfirmed: 0,
  rate: 0,
  count: 0,
};
const CONSUMER: ConsumerSpec = {
  kind: 'consumer',
  queues: [QUEUE],
  autoAck: true,
  prefetch: 0,
  ackEvery: 0,
  size: 16,
  timed: false,
};

export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function fail(error: Error): void {
  throw error;
}

export class GuardedBroker {
  readonly port: number;
  readonly topology: Topology;
  readonly #broker: Broker;

  private constructor(broker: Broker, topology: Topology) {
    this.port = broker.port;
    this.topology = topology;
    this.#broker = broker;
  }

  /** `wrote` hears of each write to a socket of the broker, from the first connection on. The queue is durable where there is a folder. */
  static async start(options: BrokerOptions = {}, wrote?: (socket: Socket) => void): Promise<GuardedBroker> {
    const broker = await Broker.start({ port: 0, ...options });
    if (wrote !== undefined) watchWrites(broker.port, wrote);
    const topology = await Topology.open(broker.url);
    await topology.queues({ names: [QUEUE], durable: options.dataDir !== undefined });
    return new GuardedBroker(broker, topology);
  }

  /** Messages of 16 bytes to the queue, as fast as they can, unless told otherwise. */
  publisher(spec: Partial<PublisherSpec>, counters = new Counters()): Promise<Publisher> {
    return Publisher.open(this.#broker.url, { ...PUBLISHER, ...spec }, counters, fail);
  }

  /** Takes them without acknowledgements, unless told otherwise. */
  consumer(spec: Partial<ConsumerSpec>, counters: Counters): Promise<Consumer> {
    return Consumer.open(this.#broker.url, { ...CONSUMER, ...spec }, counters, fail);
  }

  crowd(spec: Omit<CrowdSpec, 'kind'>, counters: Counters): Promise<Crowd> {
    return Crowd.open(this.#broker.url, { kind: 'crowd', ...spec }, counters, fail);
  }

  async stop(): Promise<void> {
    await this.topology[Symbol.asyncDispose]();
    await this.#broker.stop();
  }
}

/** The broker's sockets are those whose own port is the broker's. */
function watchWrites(port: number, wrote: (socket: Socket) => void): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { write } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
    if (this.localPort === port) wrote(this);
    return Reflect.apply(write, this, args) as boolean;
  });
}
