/** A broker that a test sees through: every message, every error, and when nothing moves any more. */
import { ALL_PERMISSIONS } from '../config/all-permissions.ts';
import { type DeprecatedFeature, refusedSince } from '../config/profile.ts';
import { assemble, type BrokerParts, type Surroundings } from '../embed/assemble.ts';
import { Broker } from '../embed/broker.ts';
import { explainListening } from '../embed/listen-error.ts';
import type { BrokerOptions } from '../embed/options.ts';
import type { Clock } from '../util/clock.ts';
import { systemClock } from '../util/system.ts';
import { milliseconds } from './clock/duration.ts';
import { ManualClock } from './clock/manual-clock.ts';
import { TestClock } from './clock/test-clock.ts';
import { ControlServer } from './control/control-server.ts';
import { Faults } from './faults/faults.ts';
import type { ConnectionFilter } from './faults/filters.ts';
import { Inside } from './inside.ts';
import { MessageLog } from './log/message-log.ts';
import { Recorder } from './log/recorder.ts';
import { checkOptions, type TestOptions } from './options.ts';
import type { ResetOptions } from './reset.ts';
import { checkRestart, endAtOnce, portsOf, type RestartOptions } from './restart.ts';
import type { IdleOptions } from './stillness.ts';
import { Disk } from './store/disk.ts';
import { connectionsOf, type TestConnection } from './test-connection.ts';
import type { TestExchange } from './test-exchange.ts';
import type { TestPlace } from './test-place.ts';
import type { TestQueue } from './test-queue.ts';
import { TestSpace } from './test-space.ts';
import { TestVhost } from './test-vhost.ts';

/** A feature that RabbitMQ refuses from a version on, and who wanted it. */
export interface Deprecation {
  /** RabbitMQ's name of it: `transient_nonexcl_queues`. */
  readonly feature: string;
  /** For what: `queue 'events'`. */
  readonly what: string;
  readonly vhost: string;
  /** Name of the connection. */
  readonly connection: string | undefined;
  /** The first version that refuses it by default. */
  readonly refusedSince: string;
}

/** What it started with. */
interface Beginning {
  readonly options: BrokerOptions;
  readonly surroundings: Surroundings;
  readonly disk: Disk;
  readonly messages: Clock;
  readonly logSize: number;
  readonly patience: number;
}

const LOG_SIZE = 10_000;
const PATIENCE_MS = 2000;

export class TestBroker extends Broker {
  /** All that happened. */
  readonly log: MessageLog;
  /** Message time. */
  readonly clock: TestClock;
  /** What goes wrong. */
  readonly faults: Faults;
  readonly #inside: Inside;
  readonly #options: BrokerOptions;
  readonly #surroundings: Surroundings;
  readonly #messages: Clock;
  #parts: BrokerParts;
  readonly #defaultVhost: string;
  readonly #vhosts = new Map<string, TestVhost>();
  #control: ControlServer | undefined;
  #spaces = 0;

  /** @internal */
  private constructor(parts: BrokerParts, { options, surroundings, disk, messages, logSize, patience }: Beginning) {
    super(parts);
    const recorder = new Recorder(messages, logSize);
    const inside = new Inside(parts, this.definitions, { recorder, disk, patience });
    const { stillness } = inside;
    this.#inside = inside;
    this.#parts = parts;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#messages = messages;
    this.#defaultVhost = parts.config.defaultVhost;
    this.faults = new Faults(inside);
    this.log = new MessageLog(recorder, inside.waits);
    this.clock = new TestClock(messages, {
      get events() {
        return recorder.order;
      },
      get hasUnacked() {
        return inside.hasUnacked;
      },
      pending: () =>
        inside.node.timers.pending.map(({ at, what, waiting: { name } }) => ({ at: new Date(at), what, name })),
      entriesAfter: (event) => [...recorder].filter(({ order }) => order > event),
      quiet: () => stillness.quiet(),
    });
  }

  /**
   * Starts a broker as `Broker.start` does, on any free port if none is named. It does not keep the process, if it has no control port: one that is
   * not stopped is no reason for a run of tests not to end.
   * @throws what `Broker.start` throws
   */
  static override async start(options: TestOptions = {}): Promise<TestBroker> {
    const checked = checkOptions(options);
    const brokerOptions = { ...checked, unref: checked.unref ?? options.controlPort === undefined };
    const messages = options.clock === 'manual' ? new ManualClock(systemClock) : systemClock;
    const disk = new Disk(systemClock);
    const surroundings = { clocks: { messages, connections: systemClock }, openStore: disk.openStore };
    const parts = await assemble({ port: 0, ...brokerOptions }, surroundings);
    const { logSize = LOG_SIZE, patience = PATIENCE_MS } = options;
    const broker = new TestBroker(parts, { options: brokerOptions, surroundings, disk, messages, logSize, patience });
    if (options.controlPort !== undefined) await broker.#listenForControl(options.controlPort, options.controlHost);
    return broker;
  }

  /** Where tests in other processes ask for what a test in this one may do: undefined without a `controlPort`. */
  get controlUrl(): string | undefined {
    return this.#control?.url;
  }

  /** A queue, which need not be declared yet. */
  queue(name: string, { vhost }: TestPlace = {}): TestQueue {
    return this.vhost(vhost).queue(name);
  }

  /** An exchange, which need not be declared yet. */
  exchange(name: string, { vhost }: TestPlace = {}): TestExchange {
    return this.vhost(vhost).exchange(name);
  }

  /** Who is connected now: those whom the filter fits, all of them by default. `log.next('connection-opened')` waits for one. */
  connections(filter: ConnectionFilter = {}): TestConnection[] {
    return connectionsOf(this.#inside, filter);
  }

  /** What a test may do with a vhost, the default one if none is named: seeds, resets, snapshots. */
  vhost(name = this.#defaultVhost): TestVhost {
    let vhost = this.#vhosts.get(name);
    if (vhost === undefined) {
      vhost = new TestVhost(this.#inside, name, this.#logOf(name));
      this.#vhosts.set(name, vhost);
    }
    return vhost;
  }

  /**
   * Resolves when nothing moves: all deliveries are acknowledged, no consumer can take a ready message, all confirms are sent, and no client has
   * anything more to say. What waits for its time does not count.
   * @throws Error with what still moves, after `patience`
   */
  idle(options: IdleOptions = {}): Promise<void> {
    return this.#inside.idle(options);
  }

  /** What clients wanted that a later version of RabbitMQ refuses, or the broker's own did, since the start or the last `log.clear()`. */
  deprecations(): Deprecation[] {
    return this.log.all({ kind: 'deprecated' }).map(({ reason, what, vhost, connection }) => {
      const feature = reason as DeprecatedFeature;
      return { feature, what: what!, vhost, connection, refusedSince: refusedSince(feature) };
    });
  }

  /** Lifts all faults, and makes the default vhost, or the one that is named, as good as new: see ResetOptions. */
  reset({ vhost, ...options }: ResetOptions & TestPlace = {}): Promise<void> {
    this.faults.clear();
    return this.vhost(vhost).reset(options);
  }

  /**
   * A new vhost with a user of its own, for one test, or one worker: nothing in it meets another's.
   * @param name of vhost and user; made up if not given
   * @throws ChangeError `exists`, `invalid`
   */
  async space(name = `space-${++this.#spaces}`): Promise<TestSpace> {
    await this.vhosts.create(name);
    await this.users.create(name, name);
    await this.users.setPermissions(name, name, ALL_PERMISSIONS);
    const remove = async (): Promise<void> => {
      this.#vhosts.delete(name);
      await this.vhosts.delete(name);
      await this.users.delete(name);
    };
    const word = encodeURIComponent(name);
    const url = `amqp://${word}:${word}@${new URL(this.url).host}/${word}`;
    const space = new TestSpace(this.#inside, name, this.#logOf(name), url, remove);
    this.#vhosts.set(name, space);
    return space;
  }

  /**
   * The broker's process dies, in the middle of whatever it does, and starts again on its ports: clients find their sockets reset. What is
   * durable and was confirmed is there again, what was not confirmed may be. Without a data folder what is stored is kept in memory. Active
   * faults go on. Resolves when clients can connect again.
   */
  async crash(options: RestartOptions = {}): Promise<void> {
    checkRestart(options);
    this.#inside.crash();
    await this.#startAgain(endAtOnce, options);
  }

  /** The broker stops in good order, closing connections with 320, and starts again on its ports. Resolves when clients can connect again. */
  async restart(options: RestartOptions = {}): Promise<void> {
    checkRestart(options);
    await this.#startAgain(({ ending }) => ending.stop(), options);
  }

  override async stop(): Promise<void> {
    // What it holds up would hold up the end too.
    this.faults.clear();
    await Promise.all([this.#control?.stop(), super.stop()]);
  }

  async #listenForControl(port: number, host: string | undefined): Promise<void> {
    try {
      this.#control = new ControlServer(this);
      await this.#control.start(port, host);
    } catch (error) {
      await super.stop();
      throw explainListening(error);
    }
    if (this.#options.unref === true) this.#control.unref();
  }

  async #startAgain(end: (parts: BrokerParts) => Promise<void>, { downFor = 0 }: RestartOptions): Promise<void> {
    const ports = portsOf(this.#parts);
    await end(this.#parts);
    await this.#passDown(milliseconds(downFor));
    this.#parts = await assemble({ ...this.#options, ...ports }, this.#surroundings);
    this.renew(this.#parts);
    this.#inside.renew(this.#parts, this.definitions);
    this.faults.startedAgain();
    if (this.#messages instanceof ManualClock) await this.clock.catchUp();
  }

  /** Lets time pass while nobody listens. */
  async #passDown(ms: number): Promise<void> {
    if (this.#messages instanceof ManualClock) this.#messages.skip(ms);
    else await this.#inside.waits.pause(ms);
  }

  #logOf(vhost: string): MessageLog {
    return new MessageLog(this.#inside.recorder, this.#inside.waits, vhost);
  }
}
