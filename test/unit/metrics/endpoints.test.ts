/** What Prometheus is answered, through its port: RabbitMQ's names, types, labels and statuses. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { type AmqpChannel, AmqpClient } from '../../support/amqp-client/index.ts';
import { type Metrics, readMetrics } from '../../support/metrics/read-metrics.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What RabbitMQ tells of Erlang, of its stores' files and of Raft; and what is not counted here. */
const NOT_TOLD =
  /^rabbitmq_(erlang_(?!uptime)|io_|raft_|schema_db_|msg_store_|queue_index_|.*process_reductions_total|connection_pending_packets$|queue_(process_memory|head_message_timestamp|disk_))/;

let broker: Broker;
let client: AmqpClient;
let channel: AmqpChannel;

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${broker.prometheusPort}${path}`, init);

const scrape = async (path: string): Promise<Metrics> => readMetrics(await (await get(path)).text());

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0, prometheusPort: 0, clusterName: 'hutch' });
  await broker.vhosts.create('other');
  client = await AmqpClient.connect(broker.url);
  channel = await client.channel();
  await channel.queue('letters');
  await channel.queue('work', {
    arguments: { 'x-max-length': 2, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'letters' },
  });
  await channel.queue('log', { durable: true, exclusive: false, arguments: { 'x-queue-type': 'stream' } });
  await channel.queue('a "quoted" \\ name');
  for (const size of [0, 100, 101]) channel.publish('work', Buffer.alloc(size));
  channel.publish('nowhere', 'x', { mandatory: true });
  await channel.returned();
  channel.publish('nowhere', 'x');
  channel.publish('log', 'x');
  await channel.get('work');
  await channel.consume('work', { noAck: true });
  await channel.deliveries(1);
});

afterAll(async () => {
  client.destroy();
  await broker.stop();
});

describe('/metrics', () => {
  it('has all that RabbitMQ tells of what is here, with its types', async () => {
    const types = readFileSync(new URL('./rabbitmq-3.10-types.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const { types: served } = await scrape('/metrics');
    const missing = types.filter((line) => {
      const [name, type] = line.split(' ');
      return served.get(name) !== type;
    });
    expect(missing.filter((line) => !NOT_TOLD.test(line.split(' ')[0]))).toEqual([]);
    // What is told after all is to be taken from the exceptions.
    expect([...served.keys()].filter((name) => NOT_TOLD.test(name))).toEqual([]);
  });

  it('adds up what there is and what was counted', async () => {
    const { value } = await scrape('/metrics');
    expect(value('rabbitmq_queues')).toBe(4);
    expect(value('rabbitmq_connections')).toBe(1);
    expect(value('rabbitmq_channels')).toBe(1);
    expect(value('rabbitmq_consumers')).toBe(1);
    expect(value('rabbitmq_queue_messages_ready')).toBe(2);
    expect(value('rabbitmq_queue_messages_unacked')).toBe(1);
    expect(value('rabbitmq_queue_messages')).toBe(3);
    expect(value('rabbitmq_queue_messages_bytes')).toBe(100);
    expect(value('rabbitmq_queue_messages_ram')).toBe(2);
    expect(value('rabbitmq_queue_messages_persistent')).toBe(0);
    expect(value('rabbitmq_channel_messages_published_total')).toBe(6);
    expect(value('rabbitmq_queue_messages_published_total')).toBe(4);
    expect(value('rabbitmq_queue_messages_delivered_total')).toBe(1);
    expect(value('rabbitmq_exchange_messages_published_total')).toBe(6);
    expect(value('rabbitmq_connections_opened_total')).toBe(1);
    expect(value('rabbitmq_queues_created_total')).toBe(4);
    expect(value('rabbitmq_auth_attempts_succeeded_total', 'protocol="amqp091"')).toBe(1);
    expect(value('rabbitmq_auth_attempts_total', 'protocol="http"')).toBe(0);
    expect(value('rabbitmq_connection_incoming_bytes_total')).toBeGreaterThan(100);
    expect(value('rabbitmq_alarms_memory_used_watermark')).toBe(0);
    expect(value('rabbitmq_process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value('rabbitmq_erlang_uptime_seconds')).toBeGreaterThan(0);
  });

  it('has the global counters by protocol and type of queue, all of them from the start on', async () => {
    const { value } = await scrape('/metrics');
    const amqp = 'protocol="amqp091"';
    expect(value('rabbitmq_global_messages_received_total', amqp)).toBe(6);
    expect(value('rabbitmq_global_messages_routed_total', amqp)).toBe(4);
    expect(value('rabbitmq_global_messages_unroutable_returned_total', amqp)).toBe(1);
    expect(value('rabbitmq_global_messages_unroutable_dropped_total', amqp)).toBe(1);
    expect(value('rabbitmq_global_publishers', amqp)).toBe(1);
    expect(value('rabbitmq_global_consumers', amqp)).toBe(1);
    const of = (type: string) => `${amqp},queue_type="rabbit_${type}_queue"`;
    const delivered = 'rabbitmq_global_messages_delivered_total';
    expect(['classic', 'quorum', 'stream'].map((type) => value(delivered, of(type)))).toEqual([2, 0, 0]);
    const dead = 'rabbitmq_global_messages_dead_lettered_maxlen_total';
    const strategy = (type: string, name: string) => `queue_type="rabbit_${type}_queue",dead_letter_strategy="${name}"`;
    expect(value(dead, strategy('classic', 'at_most_once'))).toBe(1);
    expect(value(dead, strategy('quorum', 'at_least_once'))).toBe(0);
    expect(value(dead, strategy('classic', 'at_least_once'))).toBeUndefined();
  });

  it('has the sizes of messages as a histogram', async () => {
    const { value } = await scrape('/metrics');
    const bucket = (le: string) => value('rabbitmq_message_size_bytes_bucket', `protocol="amqp091",le="${le}"`);
    expect(['100.0', '1000.0', '1e+06', '5e+07', '+Inf'].map(bucket)).toEqual([5, 6, 6, 6, 6]);
    expect(value('rabbitmq_message_size_bytes_sum', 'protocol="amqp091"')).toBe(204);
    expect(value('rabbitmq_message_size_bytes_count', 'protocol="amqp091"')).toBe(6);
  });

  it('says who answers', async () => {
    const { samples, value } = await scrape('/metrics');
    const {
      rabbitmq_endpoint: endpoint,
      rabbitmq_cluster: cluster,
      rabbitmq_node: node,
    } = labelsOf(samples, 'rabbitmq_identity_info');
    expect([endpoint, cluster, node.startsWith('rabbit@')]).toEqual(['aggregated', 'hutch', true]);
    expect(labelsOf(samples, 'rabbitmq_build_info').rabbitmq_version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(value('leveret_build_info', undefined)).toBe(1);
  });

  it('tells how long commits take', async () => {
    const stored = await Broker.start({ port: 0, prometheusPort: 0, dataDir: temporaryFolder() });
    onTestFinished(() => stored.stop());
    await stored.vhosts.create('other');
    const answer = await fetch(`http://127.0.0.1:${stored.prometheusPort}/metrics`);
    expect(readMetrics(await answer.text()).value('leveret_store_commit_seconds_count')).toBeGreaterThan(0);
  });

  it('tells how busy the event loop and the store are, and where memory is', async () => {
    const { value, samples } = await scrape('/metrics');
    expect(value('leveret_store_backlog_bytes')).toBeGreaterThanOrEqual(0);
    expect(value('leveret_event_loop_active_seconds_total')).toBeGreaterThan(0);
    await expect
      .poll(async () => (await scrape('/metrics')).value('leveret_event_loop_delay_seconds_count'))
      .toBeGreaterThan(0);
    const uses = [...samples.keys()].filter((name) => name.startsWith('leveret_memory_bytes{'));
    const sum = uses.reduce((total, name) => total + samples.get(name)!, 0);
    expect(uses.length).toBe(5);
    const resident = value('rabbitmq_process_resident_memory_bytes')!;
    expect(sum / resident).toBeGreaterThan(0.9);
  });

  it('does not fall when a queue, a channel or a connection goes', async () => {
    const short = await AmqpClient.connect(broker.url);
    const own = await short.channel();
    await own.queue('short');
    own.publish('short', 'x').publish('short', 'x');
    await own.get('short', true);
    await own.call('queue.delete', { queue: 'short' });
    const names = ['channel_messages_published', 'queue_messages_published', 'connection_incoming_bytes'].map(
      (name) => `rabbitmq_${name}_total`,
    );
    const before = await scrape('/metrics');
    await short.close();
    await expect.poll(async () => (await scrape('/metrics')).value('rabbitmq_connections')).toBe(1);
    const after = await scrape('/metrics');
    for (const name of names) expect(after.value(name)).toBeGreaterThanOrEqual(before.value(name)!);
    expect(after.value('rabbitmq_queue_messages_published_total')).toBe(6);
  });
});

describe('/metrics/per-object', () => {
  it('has a line for each queue, channel, connection and exchange', async () => {
    const { value, samples } = await scrape('/metrics/per-object');
    expect(value('rabbitmq_queue_messages_ready', 'vhost="/",queue="work"')).toBe(0);
    expect(value('rabbitmq_queue_messages_ready', 'vhost="/",queue="letters"')).toBe(1);
    expect(value('rabbitmq_queue_messages', 'vhost="/",queue="log"')).toBe(1);
    expect(value('rabbitmq_queue_consumers', 'vhost="/",queue="a \\"quoted\\" \\\\ name"')).toBe(0);
    expect(
      value('rabbitmq_queue_info', 'vhost="/",queue="log",queue_type="rabbit_stream_queue",membership="leader"'),
    ).toBe(1);
    expect(value('rabbitmq_exchange_messages_published_total', 'vhost="/",exchange=""')).toBeGreaterThanOrEqual(6);
    const published = [...samples].filter(([name]) => name.startsWith('rabbitmq_channel_messages_published_total{'));
    expect(published.map(([, count]) => count)).toEqual([6]);
    const channelLabel = /channel="127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+ \(1\)"/;
    expect(published[0][0]).toMatch(new RegExp(`\\{${channelLabel.source},vhost="/",exchange=""\\}$`));
    const taken = [...samples].filter(([name]) => name.startsWith('rabbitmq_channel_messages_delivered_total{'));
    expect(taken.map(([, count]) => count)).toEqual([1]);
    expect(taken[0][0]).toMatch(new RegExp(`\\{${channelLabel.source},vhost="/",queue="work"\\}$`));
    expect(value('rabbitmq_queue_exchange_messages_published_total', 'vhost="/",exchange="",queue="work"')).toBe(3);
    expect(
      value('rabbitmq_queue_messages_published_total', 'queue_vhost="/",queue="log",exchange_vhost="/",exchange=""'),
    ).toBe(1);
    expect(labelsOf(samples, 'rabbitmq_identity_info').rabbitmq_endpoint).toBe('per-object');
  });
});

describe('/metrics/detailed', () => {
  const namesAt = async (query: string): Promise<string[]> => {
    const { types } = await scrape(`/metrics/detailed${query}`);
    return [...types.keys()].filter((name) => !name.endsWith('_info'));
  };

  it('has the families that are asked for and no others', async () => {
    expect(await namesAt('')).toEqual([]);
    expect(await namesAt('?family=nonsense')).toEqual([]);
    expect(await namesAt('?family=queue_coarse_metrics&family=connection_churn_metrics')).toEqual([
      ...['connections_opened', 'connections_closed', 'channels_opened', 'channels_closed'].map(total),
      ...['queues_declared', 'queues_created', 'queues_deleted'].map(total),
      ...['queue_messages_ready', 'queue_messages_unacked', 'queue_messages'].map(
        (name) => `rabbitmq_detailed_${name}`,
      ),
    ]);
  });

  it('has consumers of queues once, by whatever family', async () => {
    const consumers = 'rabbitmq_detailed_queue_consumers';
    expect(await namesAt('?family=queue_consumer_count')).toEqual([consumers]);
    const names = await namesAt('?family=queue_consumer_count&family=queue_metrics');
    expect(names.filter((name) => name === consumers)).toEqual([consumers]);
    expect(names).toContain('rabbitmq_detailed_queue_messages_bytes');
  });

  it('has the queues and exchanges of the vhosts that are asked for', async () => {
    const queues = async (query: string) => {
      const { samples } = await scrape(`/metrics/detailed?family=queue_coarse_metrics${query}`);
      return [...samples.keys()].filter((name) => name.startsWith('rabbitmq_detailed_queue_messages_ready')).length;
    };
    expect([await queues(''), await queues('&vhost=/'), await queues('&vhost=other&vhost=gone')]).toEqual([4, 4, 0]);
    const { value } = await scrape(
      '/metrics/detailed?family=exchange_names&family=exchange_bindings&family=vhost_status',
    );
    expect(value('rabbitmq_cluster_exchange_name', 'vhost="other",exchange="amq.fanout",type="fanout"')).toBe(1);
    expect(value('rabbitmq_cluster_exchange_bindings', 'vhost="/",exchange="amq.fanout",type="fanout"')).toBe(0);
    expect(value('rabbitmq_cluster_vhost_status', 'vhost="other"')).toBe(1);
    expect(value('rabbitmq_cluster_exchange_name', 'vhost="/",exchange="",type="direct"')).toBeUndefined();
  });
});

describe('/metrics/memory-breakdown', () => {
  it('adds up to the memory that is used', async () => {
    const { samples } = await scrape('/metrics/memory-breakdown');
    const parts = [...samples].filter(([name]) => name.startsWith('rabbitmq_memory_'));
    expect(parts.length).toBe(4);
    expect(parts.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeGreaterThan(2e7);
  });
});

describe('a scrape', () => {
  it('is text, packed if the client wants that', async () => {
    const response = await get('/metrics', { headers: { 'accept-encoding': 'identity' } });
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-encoding')]).toEqual([
      200,
      'text/plain; version=0.0.4',
      null,
    ]);
    const raw = await rawAnswer('GET /metrics HTTP/1.0\r\naccept-encoding: gzip\r\n\r\n');
    expect(raw.head).toContain('content-encoding: gzip');
    expect(gunzipSync(raw.body).toString()).toContain('rabbitmq_queues 4\n');
  });

  it('needs no password, and a path, a method and a format that there are', async () => {
    const statuses = async (...requests: [string, RequestInit?][]) =>
      Promise.all(requests.map(async ([path, init]) => (await get(path, init)).status));
    expect(
      await statuses(
        ['/metrics/', {}],
        ['/metrics', { method: 'HEAD' }],
        ['/metrics', { method: 'OPTIONS' }],
        ['/metrics', { method: 'POST' }],
        ['/metrics', { headers: { accept: 'application/vnd.google.protobuf' } }],
        ['/metrics', { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } }],
        ['/', {}],
        ['/metricsnope', {}],
        ['/metrics/nope', {}],
        ['/metrics/detailed?family=%&vhost=%ff', {}],
      ),
    ).toEqual([200, 204, 200, 405, 406, 200, 404, 404, 404, 200]);
    expect((await get('/metrics', { method: 'POST' })).headers.get('allow')).toBe('HEAD, GET, OPTIONS');
    expect(await (await get('/nope')).json()).toEqual({ error: 'Object Not Found', reason: 'Not Found' });
  });

  it('is refused while many others are under way, and answered when they are not', async () => {
    const many = await client.channel();
    for (let n = 0; n < 3000; n++) await many.queue(`many.${n}.${'x'.repeat(200)}`);
    // They read no more than the beginning of what they asked for.
    const idle = Array.from({ length: 8 }, () => connect({ port: broker.prometheusPort!, host: '127.0.0.1' }));
    for (const socket of idle) socket.write('GET /metrics/per-object HTTP/1.1\r\nhost: x\r\n\r\n');
    await Promise.all(idle.map((socket) => once(socket, 'readable')));
    const status = async (): Promise<number> => (await get('/metrics')).status;
    expect(await status()).toBe(503);
    for (const socket of idle) socket.destroy();
    await expect.poll(status).toBe(200);
    await many.close();
  });

  it('has its listener among those of the broker', async () => {
    const response = await fetch(`http://127.0.0.1:${broker.managementPort}/api/overview`, {
      headers: { authorization: `Basic ${btoa('guest:guest')}` },
    });
    const { listeners } = (await response.json()) as { listeners: { protocol: string; port: number }[] };
    expect(listeners).toContainEqual(
      expect.objectContaining({ protocol: 'http/prometheus', port: broker.prometheusPort }),
    );
  });
});

it('is there only if asked for in the library', async () => {
  await using quiet = await Broker.start({ port: 0 });
  expect(quiet.prometheusPort).toBeUndefined();
});

function total(name: string): string {
  return `rabbitmq_detailed_${name}_total`;
}

function labelsOf(samples: ReadonlyMap<string, number>, name: string): Record<string, string> {
  const line = [...samples.keys()].find((key) => key.startsWith(`${name}{`))!;
  return Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]));
}

/** What comes back, as octets: fetch would unpack it. */
async function rawAnswer(request: string): Promise<{ head: string; body: Buffer }> {
  const socket = connect(broker.prometheusPort!, '127.0.0.1');
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  return { head: all.subarray(0, end).toString().toLowerCase(), body: all.subarray(end + 4) };
}
