/** All that a broker listens on: AMQP, and what it is looked into by. It listens on all of it, or does not start. */
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrokerContext } from '../connection/broker-context.ts';
import { Listener } from '../connection/listener.ts';
import { WebSockets } from '../connection/websocket/websockets.ts';
import type { ListenerInfo, ManagementContext, NodeControls } from '../management/context.ts';
import { Management } from '../management/management.ts';
import { metricsListener } from '../metrics/metrics.ts';
import type { HttpListener } from '../management/http/listener.ts';
import type { OtherNodes } from '../store/other-nodes.ts';
import type { Tls } from '../tls/tls.ts';
import { leveretVersion } from '../util/version.ts';
import type { DiskSpace } from '../util/disk-space.ts';
import { listenForControl } from './control.ts';
import { explainListening } from './listen-error.ts';
import { type WantedListener, wantedListeners } from './wanted-listeners.ts';
import { Controls, type Suspendable } from './node-controls.ts';

interface Stoppable {
  stop(): Promise<void>;
}

export interface ListenerParts {
  readonly broker: BrokerContext;
  /** Undefined if no listener is secured. */
  readonly tls: Tls | undefined;
  /** Answers what the control socket is asked of the process and not of the broker. */
  readonly process: RequestListener;
  /** The one that is written to, if there is one. */
  readonly disk: DiskSpace | undefined;
  /** See ManagementContext. */
  readonly otherNodes: OtherNodes | undefined;
}

export class Listeners {
  readonly #broker: BrokerContext;
  readonly #tls: Tls | undefined;
  readonly #open: Stoppable[] = [];
  readonly #places: ListenerInfo[] = [];
  readonly #management: ManagementContext;
  readonly #api: Management;
  readonly #process: RequestListener;
  /** Those that clients of AMQP come in by. */
  readonly #forClients: Suspendable[] = [];
  #webSockets: WebSockets | undefined;

  constructor({ broker, tls, process, disk, otherNodes }: ListenerParts) {
    this.#broker = broker;
    this.#tls = tls;
    this.#process = process;
    const { node, connections, config, log, audit, clock } = broker;
    this.#management = {
      node,
      connections,
      config,
      log,
      audit,
      clock,
      nodeName: node.name,
      startedAt: clock.now(),
      version: leveretVersion(),
      controls: new Controls({ memory: node.memory, connections, log, disk, listeners: this.#forClients }),
      listeners: () => this.#places,
      otherNodes,
    };
    this.#api = new Management(this.#management);
  }

  /** Those that listen now, AMQP's first. */
  get places(): readonly ListenerInfo[] {
    return this.#places;
  }

  /** Who is let in, and other things that change while it runs. */
  get controls(): NodeControls {
    return this.#management.controls;
  }

  /** Rejects with ListenError if one of them cannot listen; then none does. */
  async start(onlyForCommands = false): Promise<void> {
    try {
      if (!onlyForCommands) await this.#startForClients();
      await this.#startControl();
    } catch (error) {
      await this.stop();
      throw explainListening(error);
    }
  }

  /** Reads the files of TLS again. */
  renewCertificates(): void {
    this.#tls?.renew();
  }

  /** Takes no more clients, closes those there are, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#tls?.stop();
    await Promise.all(this.#open.map((listener) => listener.stop()));
  }

  async #startForClients(): Promise<void> {
    await this.#startUnix();
    for (const wanted of wantedListeners(this.#broker.config, this.#tls)) {
      const { protocol, contexts } = wanted;
      if (protocol.startsWith('amqp')) await this.#startAmqp(wanted);
      else if (protocol.endsWith('prometheus')) {
        await this.#startHttp('Prometheus metrics', metricsListener(this.#management, contexts), wanted);
      } else {
        const upgrades = this.#startWebSockets();
        await this.#startHttp('Management plugin', this.#api.networkListener({ contexts, upgrades }), wanted);
      }
    }
  }

  async #startAmqp({ port, host, ...place }: WantedListener): Promise<void> {
    const listener = new Listener(this.#broker, place.contexts);
    const address = await listener.start(port, host);
    this.#forClients.push(listener);
    this.#opened(listener, { ...place, ...address });
  }

  async #startUnix(): Promise<void> {
    const { unixSocket: path, unixSocketMode: mode } = this.#broker.config;
    if (path === undefined) return;
    const listener = new Listener(this.#broker);
    await listener.startUnix({ path, mode });
    this.#forClients.push(listener);
    this.#opened(listener, { protocol: 'amqp/unix', address: path, port: 0 });
  }

  /** Those that come by the listeners of the HTTP API. */
  #startWebSockets(): WebSockets | undefined {
    const { websocketPath: path } = this.#broker.config;
    if (path === undefined || this.#webSockets !== undefined) return this.#webSockets;
    this.#webSockets = new WebSockets(this.#broker, path);
    this.#forClients.push(this.#webSockets);
    this.#open.push(this.#webSockets);
    return this.#webSockets;
  }

  /** `plugin`: what RabbitMQ's line of the log, which scripts wait for, calls it. */
  async #startHttp(plugin: string, listener: HttpListener, { port, host, ...place }: WantedListener): Promise<void> {
    this.#letGo(listener);
    const address = (await listener.start({ port, host })) as AddressInfo;
    this.#opened(listener, { ...place, ...address });
    const kind = place.contexts === undefined ? 'HTTP (non-TLS)' : 'HTTPS';
    this.#broker.log.info({}, `${plugin}: ${kind} listener started on port ${address.port}`);
  }

  async #startControl(): Promise<void> {
    const { dataDir } = this.#broker.config;
    if (dataDir === undefined) return;
    const listener = this.#api.controlListener(this.#process);
    this.#letGo(listener);
    const control = await listenForControl(dataDir, listener, this.#broker.log);
    if (control !== undefined) this.#open.push(control);
  }

  /** Has the listener let the process end, if the broker is to. */
  #letGo(listener: HttpListener): void {
    if (this.#broker.unref === true) listener.unref();
  }

  #opened(listener: Stoppable, { protocol, address, port, contexts }: ListenerInfo): void {
    this.#open.push(listener);
    this.#places.push({ protocol, address, port, contexts });
  }
}
