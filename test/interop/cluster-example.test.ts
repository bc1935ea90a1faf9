/** examples/cluster as processes: its HAProxy in front of two brokers on a database with a synchronous standby, each of which is restarted. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../support/interop/amqplib.ts';
import { freePort, type StartingDaemon } from '../support/interop/daemon.ts';
import { spawnNode, WAITING } from '../support/postgres/node-daemon.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile } from '../support/postgres/shared.ts';
import { runOk } from '../support/processes/run.ts';
import { spawnTied } from '../support/processes/tied.ts';
import { temporaryFile } from '../support/temporary-folder.ts';

const HAPROXY = '/usr/sbin/haproxy';
const hasAll = hasPostgres && (existsSync(HAPROXY) || process.env['CI'] !== undefined);
const EXAMPLE = new URL('../../examples/cluster/', import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(name, EXAMPLE), 'utf8');
const NAMES = ['broker1', 'broker2'] as const;
type Name = (typeof NAMES)[number];

interface Service {
  readonly image: string;
  readonly hostname?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

describe.skipIf(!hasAll)('examples/cluster', () => {
  // The brokers refuse a database that does not keep what is confirmed.
  const postgres = postgresOfFile('fsync = on');

  it('names in its compose file what there is', async () => {
    const json = await runOk(
      'python3',
      ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'],
      { input: textOf('docker-compose.yml') },
    );
    const { services } = JSON.parse(json) as { readonly services: Readonly<Record<string, Service>> };
    expect(Object.keys(services)).toEqual(['db1', 'db2', 'broker1', 'broker2', 'haproxy']);
    const files = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]));
    for (const file of files.filter((name) => name.startsWith('./')))
      expect(existsSync(new URL(file, EXAMPLE))).toBe(true);
    for (const name of NAMES) {
      const { hostname, environment } = services[name];
      expect(hostname).toBe(name);
      expect(environment).toMatchObject({
        LEVERET_STORE: 'postgres://leveret@db1,db2/leveret',
        LEVERET_STORE_REQUIRE_SYNC: 'true',
      });
      expect(textOf('haproxy.cfg')).toContain(`server ${name} ${name}:5672`);
    }
  });

  it('loses nothing while one broker after the other is restarted', async () => {
    const standby = await postgres.server.follow();
    onTestFinished(() => standby.remove());
    const nodes = await Nodes.of(postgres.newUrl());
    await (
      await nodes.start('broker1')
    ).ready;
    const waiting = await nodes.start('broker2');
    await expect.poll(() => waiting.output).toContain(WAITING);
    const publisher = new Steady(`amqp://guest:guest@127.0.0.1:${await proxyTo(nodes)}`);
    await publisher.until(100);
    for (const name of NAMES) {
      const other = nodes.daemons.get(name === 'broker1' ? 'broker2' : 'broker1')!;
      await nodes.daemons.get(name)!.kill('SIGTERM');
      await other.ready;
      await publisher.until(publisher.confirmed + 100);
      const again = await nodes.start(name);
      await expect.poll(() => again.output).toContain(WAITING);
    }
    expect(await publisher.lost()).toEqual([]);
    // Three, if a busy machine did not have the second take over before the first was restarted.
    expect(publisher.connections).toBeGreaterThan(1);
  });
});

/** The two brokers, each on ports of its own that stay the same. */
class Nodes {
  readonly daemons = new Map<Name, StartingDaemon>();
  /** By what the example has in their place. */
  readonly ports: ReadonlyMap<string, number>;
  readonly #store: string;

  static async of(store: string): Promise<Nodes> {
    const ports = new Map<string, number>();
    for (const name of NAMES) for (const port of [5672, 15672]) ports.set(`${name}:${port}`, await freePort());
    return new Nodes(store, ports);
  }

  private constructor(store: string, ports: ReadonlyMap<string, number>) {
    this.#store = store;
    this.ports = ports;
  }

  async start(name: Name): Promise<StartingDaemon> {
    const [port, management] = [5672, 15672].map((own) => this.ports.get(`${name}:${own}`)!);
    const args = ['--store-require-sync', '--management-port', `${management}`, '--prometheus-port', 'none'];
    const daemon = await spawnNode({ port, store: this.#store, name: `rabbit@${name}`, args });
    this.daemons.set(name, daemon);
    return daemon;
  }
}

/** Starts HAProxy by the example's file, and returns where it takes clients of AMQP. */
async function proxyTo({ ports }: Nodes): Promise<number> {
  const [amqp, management] = [await freePort(), await freePort()];
  let config = textOf('haproxy.cfg');
  for (const [place, port] of ports) config = config.replace(` ${place}\n`, ` 127.0.0.1:${port}\n`);
  config = config
    .replace('bind :5672', `bind 127.0.0.1:${amqp}`)
    .replace('bind :15672', `bind 127.0.0.1:${management}`);
  const proxy = spawnTied([HAPROXY, '-db', '-f', temporaryFile('haproxy.cfg', config)]);
  onTestFinished(() => void proxy.kill('SIGKILL'));
  let said = '';
  proxy.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${management}/api/standby`).then(
        ({ status }) => status,
        () => said,
      ),
    )
    .toBe(200);
  return amqp;
}

/** Publishes numbers one after the other, each until it is confirmed, over as many connections as that takes. */
class Steady {
  confirmed = 0;
  connections = 0;
  readonly #url: string;
  #channel: ConfirmChannel | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async until(count: number): Promise<void> {
    while (this.confirmed < count) {
      try {
        const channel = (this.#channel ??= await this.#connect());
        channel.sendToQueue('q', Buffer.from(`${this.confirmed}`), { persistent: true });
        await channel.waitForConfirms();
        this.confirmed++;
      } catch {
        this.#channel = undefined;
        await sleep(50);
      }
    }
  }

  /** The numbers that were confirmed and do not come. */
  async lost(): Promise<number[]> {
    const came = new Set<number>();
    for (;;) {
      const message = await this.#channel!.get('q', { noAck: true });
      if (message === false) break;
      came.add(Number(message.content.toString()));
    }
    return Array.from({ length: this.confirmed }, (_, number) => number).filter((number) => !came.has(number));
  }

  async #connect(): Promise<ConfirmChannel> {
    const { connection } = await open(this.#url);
    this.connections++;
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('q', { durable: true });
    return channel;
  }
}
