/** The broker as a program has it: the one place where its parts are put together. */
import type { RequestListener } from 'node:http';
import { BrokerNode } from '../broker/topology/broker-node.ts';
import { type Config, MEMORY_SHARE } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { hasTls } from '../config/tls-config.ts';
import { brokerContext } from '../connection/broker-context.ts';
import { NullStore } from '../store/null-store.ts';
import { Scratch } from '../store/scratch.ts';
import { readMasterKey } from '../store/sealing/master-key.ts';
import { type Store, StoreError } from '../store/store.ts';
import { availableMemory } from '../util/available-memory.ts';
import type { DiskSpace } from '../util/disk-space.ts';
import type { Tls } from '../tls/tls.ts';
import { createLogger, type Logger } from '../util/logger.ts';
import { Delayed } from './delayed.ts';
import { Definitions, prepare, readDefinitions } from './definitions.ts';
import { watchDisk } from './disk-alarm.ts';
import { Listeners } from './listeners.ts';
import { type BrokerOptions, resolveOptions } from './options.ts';
import { Policies } from './policies.ts';
import { requestsOfProgram } from './process-requests.ts';
import { reportDiscarded } from './discarded.ts';
import { noticesTo } from './queue-notices.ts';
import { reportTo } from './unreadable.ts';
import { Users } from './users.ts';
import { Vhosts } from './vhosts.ts';

/** A process that is for a broker alone. */
export interface OwnProcess {
  /** What answers commands that start and stop the broker. */
  readonly daemon?: RequestListener;
  /** True: it listens on nothing but the socket in its data folder. False by default. */
  readonly onlyForCommands?: boolean;
}

export class Broker implements AsyncDisposable {
  readonly vhosts: Vhosts;
  readonly users: Users;
  readonly policies: Policies;
  readonly definitions: Definitions;
  readonly delayed: Delayed;
  readonly #config: Config;
  readonly #node: BrokerNode;
  readonly #listeners: Listeners;
  readonly #closed = Promise.withResolvers<void>();
  readonly #disk: DiskSpace | undefined;
  #stopped: Promise<void> | undefined;

  /** Use `Broker.start`. */
  private constructor(config: Config, node: BrokerNode, listeners: Listeners, disk: DiskSpace | undefined) {
    this.#config = config;
    this.#node = node;
    this.#disk = disk;
    this.vhosts = new Vhosts(node, config.defaultUser);
    this.users = new Users(node);
    this.policies = new Policies(node, config.defaultVhost);
    this.definitions = new Definitions(node, config);
    this.delayed = new Delayed(node, config.defaultVhost);
    this.#listeners = listeners;
  }

  /**
   * Starts a broker and resolves when clients can connect. Without `dataDir` everything is kept in memory.
   * @throws ConfigError for wrong options or definitions; StoreError where the data folder cannot be used, which another
   *   broker may do already;
   *   the system's error where it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL
   * @param process what a process that is for the broker alone has beside it: Leveret's own daemon and commands
   */
  static async start(options: BrokerOptions = {}, process: OwnProcess = {}): Promise<Broker> {
    const config = resolveOptions(options);
    const log = options.logger ?? (await createLogger(config.logLevel, config.logFormat));
    const definitions = await readDefinitions(options.definitions ?? config.definitions);
    const { store, scratch } = await openStore(config, log);
    const node = new BrokerNode(store, memoryBudget(config), scratch);
    let disk: DiskSpace | undefined;
    try {
      node.fault = (error) => log.error({ err: error }, 'internal error');
      node.unreadable = reportTo(log);
      node.discarded = reportDiscarded(log);
      node.dangling = ({ arguments: _, ...binding }) => log.warn(binding, DANGLING);
      node.notice = noticesTo(log);
      await prepare(node, definitions, config, log);
      disk = watchDisk(config, node, log);
      const tls = await readTls(config, node, log);
      // What asks for its end comes by a listener, and none listens before the broker is there.
      const requests = process.daemon ?? requestsOfProgram(() => broker.stop(), log);
      const listeners = new Listeners({ broker: brokerContext({ node, config, log }), tls, process: requests, disk });
      const broker: Broker = new Broker(config, node, listeners, disk);
      await listeners.start(process.onlyForCommands);
      return broker;
    } catch (error) {
      disk?.stop();
      node.stop();
      await store.close();
      scratch?.close();
      throw error;
    }
  }

  /** The TCP port it listens on for AMQP: the plain one, or that of TLS if there is no other. */
  get port(): number {
    return this.#portOf('amqp') ?? this.#portOf('amqp/ssl')!;
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
    const { defaultUser, defaultPass, defaultVhost, host } = this.#config;
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
    this.#listeners.renewCertificates();
  }

  /** Closes all connections with 320, stores what there is to store, and frees port and folder. Repeated calls wait for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop().finally(this.#closed.resolve);
    return this.#stopped;
  }

  /** Resolves when the broker has stopped: by `stop`, or because who operates it has told it to (`rabbitmqctl stop`). */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #portOf(protocol: string): number | undefined {
    return this.#listeners.places.find((place) => place.protocol === protocol)?.port;
  }

  async #stop(): Promise<void> {
    this.#disk?.stop();
    await this.#listeners.stop();
    this.#node.stop();
    await this.#node.store.close();
    this.#node.memory.scratch?.close();
  }
}

const DANGLING =
  'a stored binding is removed, as its source or its destination is not there; declare and bind them again if it is wanted';

/** TLS is loaded only if it is used. */
async function readTls(config: Config, node: BrokerNode, log: Logger): Promise<Tls | undefined> {
  if (!hasTls(config)) return undefined;
  const [{ Tls }, { TlsError }] = await Promise.all([import('../tls/tls.ts'), import('../tls/tls-error.ts')]);
  try {
    return new Tls(config, log, node.clocks.connections);
  } catch (error) {
    if (error instanceof TlsError) throw new ConfigError([{ source: 'options', text: error.message }]);
    throw error;
  }
}

/** SQLite is loaded only if it is used: a broker in memory starts the sooner for it. */
async function openStore(config: Config, log: Logger): Promise<{ store: Store; scratch: Scratch | undefined }> {
  const { dataDir: folder, storeKey } = config;
  if (folder === undefined) return { store: new NullStore(), scratch: undefined };
  const { SqliteStore } = await import('../store/sqlite/sqlite-store.ts');
  const key = storeKey === undefined ? undefined : readMasterKey(storeKey);
  const store = await SqliteStore.open({ folder, key, log: (level, fields, message) => log[level](fields, message) });
  try {
    return { store, scratch: new Scratch(folder, key !== undefined) };
  } catch (error) {
    await store.close();
    throw new StoreError(`The data folder ${folder} cannot be used: ${(error as Error).message}.`);
  }
}

function memoryBudget({ memoryBudget: budget }: Config): number {
  return budget === 'auto' ? Math.floor(availableMemory() * MEMORY_SHARE) : budget;
}

/** An address that stands for all of them is no address to connect to. */
function reachable(host: string): string {
  if (host === '::' || host === '0.0.0.0') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
