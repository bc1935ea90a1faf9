/** The broker as a program has it. */
import type { Config } from '../config/config.ts';
import { reachable } from '../util/ip-address.ts';
import { assemble, type BrokerParts, type Surroundings } from './assemble.ts';
import { Definitions } from './definitions.ts';
import { Delayed } from './delayed.ts';
import type { Ending } from './ending.ts';
import type { Listeners } from './listeners.ts';
import type { BrokerOptions } from './options.ts';
import { Policies } from './policies.ts';
import { Users } from './users.ts';
import { Vhosts } from './vhosts.ts';

export class Broker implements AsyncDisposable {
  #surface: Surface;

  /** Use `Broker.start`. */
  protected constructor();
  /** @internal */
  protected constructor(parts: BrokerParts);
  protected constructor(parts?: BrokerParts) {
    if (parts === undefined) throw new TypeError('use Broker.start()');
    this.#surface = surfaceOf(parts);
  }

  /**
   * Starts a broker and resolves when clients can connect. Without `dataDir` everything is kept in memory.
   * @throws ConfigError for wrong options or definitions; StoreError if the data folder cannot be used, which another broker may do
   *   already, or needs a newer Node; ListenError if a port or an address cannot be had
   */
  static start(options?: BrokerOptions): Promise<Broker>;
  /** @internal */
  static start(options?: BrokerOptions, surroundings?: Surroundings): Promise<Broker>;
  static async start(options: BrokerOptions = {}, surroundings?: Surroundings): Promise<Broker> {
    return new Broker(await assemble(options, surroundings));
  }

  get vhosts(): Vhosts {
    return this.#surface.vhosts;
  }

  get users(): Users {
    return this.#surface.users;
  }

  get policies(): Policies {
    return this.#surface.policies;
  }

  get definitions(): Definitions {
    return this.#surface.definitions;
  }

  get delayed(): Delayed {
    return this.#surface.delayed;
  }

  /** The TCP port it listens on for AMQP: the plain one, or that of TLS if there is no other; 0 if there is none. */
  get port(): number {
    return this.#portOf('amqp') ?? this.#portOf('amqp/ssl') ?? 0;
  }

  /** The TCP port for AMQP over TLS; undefined without one, as are those that follow. */
  get tlsPort(): number | undefined {
    return this.#portOf('amqp/ssl');
  }

  /** The TCP port of the HTTP API. */
  get managementPort(): number | undefined {
    return this.#portOf('http');
  }

  /** The same over TLS. */
  get managementTlsPort(): number | undefined {
    return this.#portOf('https');
  }

  /** The TCP port that Prometheus scrapes. */
  get prometheusPort(): number | undefined {
    return this.#portOf('http/prometheus');
  }

  /** The same over TLS. */
  get prometheusTlsPort(): number | undefined {
    return this.#portOf('https/prometheus');
  }

  /**
   * Where clients of this machine connect as the default user, for example `amqp://guest:guest@127.0.0.1:5672`; `amqps:` if there is TLS alone.
   * Definitions with users of their own take the default user's place.
   */
  get url(): string {
    const { defaultUser, defaultPass, defaultVhost, host } = this.#surface.config;
    const scheme = this.#portOf('amqp') === undefined ? 'amqps' : 'amqp';
    const credentials = `${encodeURIComponent(defaultUser)}:${encodeURIComponent(defaultPass)}`;
    const vhost = defaultVhost === '/' ? '' : `/${encodeURIComponent(defaultVhost)}`;
    return `${scheme}://${credentials}@${reachable(host)}:${this.port}${vhost}`;
  }

  /**
   * Reads the files of TLS again, which is done by itself some seconds after they change. Connections that are there go on. Files that cannot be
   * used change nothing: the log says why.
   */
  renewCertificates(): void {
    this.#surface.listeners.renewCertificates();
  }

  /** Closes all connections with 320, stores what there is to store, and frees port and folder. Repeated calls wait for the first. */
  stop(): Promise<void> {
    return this.#surface.ending.stop();
  }

  /**
   * Resolves when the broker has stopped: by `stop`, or because who operates it has told it to (`rabbitmqctl stop`). Rejects with a StoreError
   * when it has stopped because another node has its store.
   */
  get closed(): Promise<void> {
    return this.#surface.ending.closed;
  }

  /** @internal See BrokerParts.loaded. */
  get loaded(): Promise<void> {
    return this.#surface.loaded;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal It was started again. */
  protected renew(parts: BrokerParts): void {
    this.#surface = surfaceOf(parts);
  }

  #portOf(protocol: string): number | undefined {
    return this.#surface.listeners.places.find((place) => place.protocol === protocol)?.port;
  }
}

/** What a program sees of the parts. */
interface Surface {
  readonly config: Config;
  readonly listeners: Listeners;
  readonly ending: Ending;
  readonly loaded: Promise<void>;
  readonly vhosts: Vhosts;
  readonly users: Users;
  readonly policies: Policies;
  readonly definitions: Definitions;
  readonly delayed: Delayed;
}

function surfaceOf({ config, node, listeners, ending, loaded }: BrokerParts): Surface {
  return {
    config,
    listeners,
    ending,
    loaded,
    vhosts: new Vhosts(node, config.defaultUser),
    users: new Users(node),
    policies: new Policies(node, config.defaultVhost),
    definitions: new Definitions(node, config),
    delayed: new Delayed(node, config.defaultVhost),
  };
}
