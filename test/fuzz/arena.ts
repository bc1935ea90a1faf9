/**
 * The broker that the fuzz tests attack, in this process, with a canary beside the attackers. `attack` proves afterwards what
 * must hold whatever was said: no internal error, no uncaught exception, nothing left behind, and a canary that noticed nothing.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { Broker, BrokerOptions } from '../../src/index.ts';
import type { Surroundings } from '../../src/embed/assemble.ts';
import { AmqpClient, handshake, type HandshakeOptions } from '../support/amqp-client/index.ts';
import { Canary } from './canary.ts';
import { Offender } from './offender.ts';
import { PATIENCE } from '../support/patience.ts';
import { TellingBroker } from '../support/telling-broker.ts';

/** Names that attackers share. Exclusive or not, durable or not: that is theirs to say. */
export const SHARED_QUEUES = ['fuzz-a', 'fuzz-b', 'fuzz-c', 'fuzz-d'];
export const SHARED_EXCHANGES = ['fuzz-x', 'fuzz-y', 'fuzz-z'];

interface Line {
  readonly message: string;
  readonly peer: string;
  readonly error: unknown;
}

export class Arena {
  readonly #broker: Broker;
  readonly #log: Log;
  /** What each attacker's peer address stands for, for the failure's message. */
  readonly #labels = new Map<string, string>();
  readonly #offenders: Offender[] = [];
  readonly #clients: AmqpClient[] = [];

  constructor(broker: Broker, log: Log) {
    this.#broker = broker;
    this.#log = log;
  }

  get url(): string {
    return this.#broker.url;
  }

  get port(): number {
    return this.#broker.port;
  }

  /** Of a broker with TLS. */
  get tlsPort(): number {
    return this.#broker.tlsPort!;
  }

  /** Lines of the log that are warnings, as `connection error` or `connection refused`. */
  warnings(offender: Offender): readonly Line[] {
    return this.#log.warnings.filter(({ peer }) => peer === offender.peer);
  }

  async offender(label = ''): Promise<Offender> {
    const offender = await Offender.dial(this.port);
    this.label(offender.socket, label);
    this.#offenders.push(offender);
    return offender;
  }

  /** A raw connection that ends with the attack, whatever becomes of that; see `connect`. */
  async dial(): Promise<AmqpClient> {
    const client = await AmqpClient.dial(this.url);
    this.#clients.push(client);
    return client;
  }

  /** An open connection that ends with the attack, if it did not end before. */
  async connect(options: HandshakeOptions = {}): Promise<AmqpClient> {
    const client = await this.dial();
    await handshake(client, options);
    return client;
  }

  /** Says what the connection stands for, which a failure's message then names. */
  label(socket: Socket, label: string): void {
    this.#labels.set(`127.0.0.1:${socket.localPort}`, label);
  }

  /** Runs `act` beside a canary and proves what must hold afterwards. */
  async attack(act: () => Promise<unknown>): Promise<void> {
    const crashes: unknown[] = [];
    const crashed = (error: unknown) => crashes.push(error);
    process.on('uncaughtException', crashed);
    process.on('unhandledRejection', crashed);
    const canary = await Canary.start(this.url);
    try {
      await act();
      assert.ok((await canary.stop()) > 0);
    } finally {
      canary.destroy();
      for (const one of [...this.#offenders.splice(0), ...this.#clients.splice(0)]) one.destroy();
      process.off('uncaughtException', crashed);
      process.off('unhandledRejection', crashed);
      this.#blame(crashes);
    }
    await this.#nothingLeft();
  }

  #blame(crashes: readonly unknown[]): void {
    const lines = this.#log.errors.splice(0);
    const told = lines.map(
      ({ message, peer, error }) => `${this.#labels.get(peer) ?? peer}: ${message} ${shown(error)}`,
    );
    assert.deepEqual([...told, ...crashes.map(shown)], []);
  }

  /** Every connection is closed, and no queue is locked or consumed from by one that is gone. */
  async #nothingLeft(): Promise<void> {
    const client = await AmqpClient.connect(this.url);
    const end = Date.now() + PATIENCE;
    while (this.#log.open > 1 && Date.now() < end) await client.expectAlive();
    assert.equal(this.#log.open, 1, 'connections are left, beside the one that asks');
    const channel = await client.channel();
    for (const queue of SHARED_QUEUES) {
      // What an attacker had exclusively is gone; what it declared for all is there, without consumers.
      await channel.call('queue.delete', { queue, ifUnused: true });
      await channel.call('queue.declare', { queue, exclusive: true });
      await channel.call('queue.delete', { queue });
    }
    for (const exchange of SHARED_EXCHANGES) await channel.call('exchange.delete', { exchange });
    await client.close();
  }
}

class Log {
  readonly errors: Line[] = [];
  readonly warnings: Line[] = [];
  /** Connections opened and not closed. */
  open = 0;

  debug(): void {}

  info(_fields: object, message: string): void {
    if (message === 'connection opened') this.open++;
    if (message === 'connection closed') this.open--;
  }

  warn(fields: object, message: string): void {
    this.warnings.push(lineOf(fields, message));
  }

  error(fields: object, message: string): void {
    this.errors.push(lineOf(fields, message));
  }
}

/** Call once at the top of a test file, or of a group of tests. `surroundings`: of its broker. */
export function useArena(
  options: () => BrokerOptions | Promise<BrokerOptions> = () => ({}),
  surroundings?: Surroundings,
): () => Arena {
  let broker: Broker | undefined;
  let arena: Arena | undefined;
  beforeAll(async () => {
    const log = new Log();
    broker = await TellingBroker.start({ port: 0, logger: log, ...(await options()) }, surroundings);
    arena = new Arena(broker, log);
  });
  afterAll(async () => {
    await broker?.stop();
  });
  return () => arena!;
}

/** Runs `act` for each item, some at a time. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const open = [...items];
  const work = async () => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function lineOf(fields: object, message: string): Line {
  const { peer = '', err, reason } = fields as { peer?: string; err?: unknown; reason?: string };
  return { message, peer, error: err ?? reason };
}

function shown(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
