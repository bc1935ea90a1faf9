/** All that a broker listens on: AMQP, and what it is looked into by. It listens on all of it, or does not start. */
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrokerContext } from '../connection/broker-context.ts';
import { Listener } from '../connection/listener.ts';
import type { ListenerInfo, ManagementContext } from '../management/context.ts';
import { Management } from '../management/management.ts';
import { metricsListener } from '../metrics/metrics.ts';
import { nodeName } from '../util/node-name.ts';
import { leveretVersion } from '../util/version.ts';
import type { DiskSpace } from '../util/disk-space.ts';
import { listenForControl } from './control.ts';
import { Controls } from './node-controls.ts';

interface Stoppable {
  stop(): Promise<void>;
}

export class Listeners {
  readonly #broker: BrokerContext;
  readonly #open: Stoppable[] = [];
  readonly #places: ListenerInfo[] = [];
  readonly #management: ManagementContext;
  readonly #api: Management;
  readonly #process: RequestListener;
  /** Those that clients of AMQP come in by. */
  readonly #forClients: Listener[] = [];

  /**
   * `process`: answers what the control socket is asked of the process and not of the broker. `disk`: the one that is written to, if there is one.
   */
  constructor(broker: BrokerContext, process: RequestListener, disk: DiskSpace | undefined) {
    this.#broker = broker;
    this.#process = process;
    const { node, connections, config, log, clock } = broker;
    this.#management = {
      node,
      connections,
      config,
      log,
      clock,
      nodeName: nodeName(),
      startedAt: clock.now(),
      version: leveretVersion(),
      controls: new Controls({ memory: node.memory, connections, log, disk, listeners: this.#forClients }),
      listeners: () => this.#places,
    };
    this.#api = new Management(this.#management);
  }

  /** Those that listen now, AMQP's first. */
  get places(): readonly ListenerInfo[] {
    return this.#places;
  }

  /** Rejects with the system's error if one of them cannot listen; then none does. */
  async start(onlyForCommands = false): Promise<void> {
    try {
      if (!onlyForCommands) await this.#startForClients();
      await this.#startControl();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Takes no more clients, closes those there are, and resolves when all are gone. */
  async stop(): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener.stop()));
  }

  async #startForClients(): Promise<void> {
    await this.#startAmqp();
    await this.#startManagement();
    await this.#startPrometheus();
  }

  async #startAmqp(): Promise<void> {
    const { port, host } = this.#broker.config;
    const listener = new Listener(this.#broker);
    const address = await listener.start(port, host);
    this.#forClients.push(listener);
    this.#opened('amqp', listener, address);
  }

  async #startManagement(): Promise<void> {
    const { managementPort: port, managementHost: host = this.#broker.config.host } = this.#broker.config;
    if (port === undefined) return;
    const listener = this.#api.networkListener();
    const address = (await listener.start({ port, host })) as AddressInfo;
    this.#opened('http', listener, address);
    // RabbitMQ's line, which scripts wait for.
    this.#broker.log.info({}, `Management plugin: HTTP (non-TLS) listener started on port ${address.port}`);
  }

  async #startPrometheus(): Promise<void> {
    const { prometheusPort: port, prometheusHost: host = this.#broker.config.host } = this.#broker.config;
    if (port === undefined) return;
    const listener = metricsListener(this.#management);
    const address = (await listener.start({ port, host })) as AddressInfo;
    this.#opened('http/prometheus', listener, address);
    // RabbitMQ's line.
    this.#broker.log.info({}, `Prometheus metrics: HTTP (non-TLS) listener started on port ${address.port}`);
  }

  async #startControl(): Promise<void> {
    const { dataDir } = this.#broker.config;
    if (dataDir === undefined) return;
    const listener = this.#api.controlListener(this.#process);
    const control = await listenForControl(dataDir, listener, this.#broker.log);
    if (control !== undefined) this.#open.push(control);
  }

  #opened(protocol: string, listener: Stoppable, { address, port }: AddressInfo): void {
    this.#open.push(listener);
    this.#places.push({ protocol, address, port });
  }
}
