/** A broker that a test sees through: every message, every error, and when nothing moves any more. */
import { type DeprecatedFeature, refusedSince } from '../config/profile.ts';
import { assemble, type BrokerParts } from '../embed/assemble.ts';
import { Broker } from '../embed/broker.ts';
import type { Clock, Clocks } from '../util/clock.ts';
import { systemClock } from '../util/system.ts';
import { ManualClock } from './clock/manual-clock.ts';
import { TestClock } from './clock/test-clock.ts';
import { Faults } from './faults/faults.ts';
import type { Inside } from './inside.ts';
import { MessageLog } from './log/message-log.ts';
import { Recorder } from './log/recorder.ts';
import { checkOptions, type TestOptions } from './options.ts';
import type { ResetOptions } from './reset.ts';
import { type IdleOptions, Stillness } from './stillness.ts';
import type { TestExchange } from './test-exchange.ts';
import type { TestQueue } from './test-queue.ts';
import { TestSpace } from './test-space.ts';
import { TestVhost } from './test-vhost.ts';
import { Waits } from './waits.ts';

/** Where a queue or an exchange is. */
export interface TestPlace {
  /** The default vhost by default. */
  readonly vhost?: string | undefined;
}

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
  readonly #defaultVhost: string;
  readonly #vhosts = new Map<string, TestVhost>();
  #spaces = 0;

  /** @internal */
  private constructor(
    parts: BrokerParts,
    messages: Clock,
    { logSize = LOG_SIZE, patience = PATIENCE_MS }: TestOptions,
  ) {
    super(parts);
    const { node, context, config } = parts;
    const recorder = new Recorder(messages, logSize);
    const waits = new Waits(context.clock, patience);
    const stillness = new Stillness(context, waits, () => recorder.order);
    node.observe((event) => {
      recorder.record(event);
      waits.changed();
    });
    const idle = (options: IdleOptions = {}): Promise<void> => stillness.reached(options, patience);
    this.#inside = { node, context, recorder, waits, idle };
    this.#defaultVhost = config.defaultVhost;
    this.faults = new Faults(this.#inside);
    this.log = new MessageLog(recorder, waits);
    this.clock = new TestClock(messages, {
      get events() {
        return recorder.order;
      },
      entriesAfter: (event) => [...recorder].filter(({ order }) => order > event),
      quiet: () => stillness.quiet(),
    });
  }

  /**
   * Starts a broker as `Broker.start` does, on any free port if none is named.
   * @throws what `Broker.start` throws
   */
  static override async start(options: TestOptions = {}): Promise<TestBroker> {
    const brokerOptions = checkOptions(options);
    const messages = options.clock === 'manual' ? new ManualClock(systemClock) : systemClock;
    const clocks: Clocks = { messages, connections: systemClock };
    return new TestBroker(await assemble({ port: 0, ...brokerOptions }, { clocks }), messages, options);
  }

  /** A queue, which need not be declared yet. */
  queue(name: string, { vhost }: TestPlace = {}): TestQueue {
    return this.vhost(vhost).queue(name);
  }

  /** An exchange, which need not be declared yet. */
  exchange(name: string, { vhost }: TestPlace = {}): TestExchange {
    return this.vhost(vhost).exchange(name);
  }

  /** What a test may do with a vhost, the default one if none is named: seeds, resets, snapshots. */
  vhost(name = this.#defaultVhost): TestVhost {
    let vhost = this.#vhosts.get(name);
    if (vhost === undefined) {
      vhost = new TestVhost(this.#inside, this.definitions, name, this.#logOf(name));
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
    await this.users.setPermissions(name, name, { configure: '.*', write: '.*', read: '.*' });
    const remove = async (): Promise<void> => {
      this.#vhosts.delete(name);
      await this.vhosts.delete(name);
      await this.users.delete(name);
    };
    const word = encodeURIComponent(name);
    const url = `amqp://${word}:${word}@${new URL(this.url).host}/${word}`;
    const space = new TestSpace(this.#inside, this.definitions, name, this.#logOf(name), url, remove);
    this.#vhosts.set(name, space);
    return space;
  }

  override stop(): Promise<void> {
    // What it holds up would hold up the end too.
    this.faults.clear();
    return super.stop();
  }

  #logOf(vhost: string): MessageLog {
    return new MessageLog(this.#inside.recorder, this.#inside.waits, vhost);
  }
}
