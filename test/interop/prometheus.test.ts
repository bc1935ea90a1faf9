/**
 * Prometheus itself: promtool checks what each path answers, and a server scrapes a broker and is asked what the panels of RabbitMQ's Grafana
 * dashboard "RabbitMQ-Overview" ask (rabbitmq-server, deps/rabbitmq_prometheus/docker/grafana).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Broker } from '../../src/index.ts';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { freePort } from '../support/interop/daemon.ts';
import { describeClient } from '../support/interop/programs.ts';
import { databaseOfTest } from '../support/interop/target.ts';
import { UNTIL } from '../support/patience.ts';
import { run } from '../support/processes/run.ts';
import { spawnTied, works } from '../support/processes/tied.ts';

const missing =
  works(['promtool', '--version']) && works(['prometheus', '--version'])
    ? undefined
    : 'Prometheus is not installed (Debian: prometheus).';

const CLUSTER = 'hutch';
/** What every panel is joined with; who scrapes without a namespace has an empty one. */
const IDENTITY = `* on(instance, job) group_left(rabbitmq_cluster, rabbitmq_node) rabbitmq_identity_info{rabbitmq_cluster="${CLUSTER}", namespace="", rabbitmq_endpoint="aggregated"}`;

const of = (metric: string): string => `(${metric} ${IDENTITY})`;
const sum = (metric: string): string => `sum(${metric} ${IDENTITY})`;
const byNode = (metric: string): string => `${sum(metric)} by(rabbitmq_node)`;
const rate = (metric: string): string => `rate(${metric}[60s])`;
const message = (what: string): string => `rabbitmq_global_messages_${what}_total`;

/** The panels, by their titles. */
const PANELS: Readonly<Record<string, string>> = {
  'Ready messages': sum('rabbitmq_queue_messages_ready'),
  'Unacknowledged messages': sum('rabbitmq_queue_messages_unacked'),
  'Incoming messages / s': sum(rate(message('received'))),
  'Outgoing messages / s': [
    'redelivered',
    'delivered_consume_auto_ack',
    'delivered_consume_manual_ack',
    'delivered_get_auto_ack',
    'delivered_get_manual_ack',
  ]
    .map((what) => sum(rate(message(what))))
    .join(' + '),
  Publishers: sum('rabbitmq_global_publishers'),
  Consumers: sum('rabbitmq_global_consumers'),
  'Consumers, until 4.0': sum('rabbitmq_channel_consumers'),
  Connections: sum('rabbitmq_connections'),
  Channels: sum('rabbitmq_channels'),
  Queues: sum('rabbitmq_queues'),
  Nodes: sum('rabbitmq_build_info'),
  'Nodes, as a table': of('rabbitmq_build_info'),
  'Memory available before publishers blocked': `${of('rabbitmq_resident_memory_limit_bytes')} - ${of('rabbitmq_process_resident_memory_bytes')}`,
  'Disk space available before publishers blocked': `${of('rabbitmq_disk_space_available_bytes')} - ${of('rabbitmq_disk_space_available_limit_bytes')}`,
  'File descriptors available': `${of('rabbitmq_process_max_fds')} - ${of('rabbitmq_process_open_fds')}`,
  'TCP sockets available': `${of('rabbitmq_process_max_tcp_sockets')} - ${of('rabbitmq_process_open_tcp_sockets')}`,
  Uptime: of('rabbitmq_erlang_uptime_seconds'),
  'Messages ready to be delivered to consumers': byNode('rabbitmq_queue_messages_ready'),
  'Messages pending consumer acknowledgement': byNode('rabbitmq_queue_messages_unacked'),
  'Messages published / s': byNode(rate(message('received'))),
  'Messages confirmed to publishers / s': byNode(rate(message('confirmed'))),
  'Messages routed to queues / s': byNode(rate(message('routed'))),
  'Messages unconfirmed to publishers / s': byNode(
    `(${rate(message('received_confirm'))} - ${rate(message('confirmed'))})`,
  ),
  'Unroutable messages dropped / s': byNode(rate(message('unroutable_dropped'))),
  'Unroutable messages returned to publishers / s': byNode(rate(message('unroutable_returned'))),
  'Messages delivered / s': byNode(
    `(${rate(message('delivered_consume_auto_ack'))} + ${rate(message('delivered_consume_manual_ack'))})`,
  ),
  'Messages redelivered / s': byNode(rate(message('redelivered'))),
  'Messages delivered with manual ack / s': byNode(rate(message('delivered_consume_manual_ack'))),
  'Messages delivered auto ack / s': byNode(rate(message('delivered_consume_auto_ack'))),
  'Messages acknowledged / s': byNode(rate(message('acknowledged'))),
  'Polling operations with auto ack / s': byNode(rate(message('delivered_get_auto_ack'))),
  'Polling operations with manual ack / s': byNode(rate(message('delivered_get_manual_ack'))),
  'Polling operations that yield no result / s': byNode(rate(message('get_empty'))),
  'Total queues': of('rabbitmq_queues'),
  'Queues declared / s': byNode(rate('rabbitmq_queues_declared_total')),
  'Queues created / s': byNode(rate('rabbitmq_queues_created_total')),
  'Queues deleted / s': byNode(rate('rabbitmq_queues_deleted_total')),
  'Total channels': of('rabbitmq_channels'),
  'Channels opened / s': byNode(rate('rabbitmq_channels_opened_total')),
  'Channels closed / s': byNode(rate('rabbitmq_channels_closed_total')),
  'Total connections': of('rabbitmq_connections'),
  'Connections opened / s': byNode(rate('rabbitmq_connections_opened_total')),
  'Connections closed / s': byNode(rate('rabbitmq_connections_closed_total')),
  'Message size': `sum by(le) (rabbitmq_message_size_bytes_bucket ${IDENTITY})`,
  'Message size up to 100 B': sum('rabbitmq_message_size_bytes_bucket{le="100.0"}'),
  'Message size up to 1 MB': sum('rabbitmq_message_size_bytes_bucket{le="1e+06"}'),
  'Average message size': sum(
    `${rate('rabbitmq_message_size_bytes_sum')} / ${rate('rabbitmq_message_size_bytes_count')}`,
  ),
};

describeClient('Prometheus', { missing }, () => {
  let broker: Broker;
  let client: AmqpClient;
  let folder: string;
  let server: ReturnType<typeof spawnTied>;
  let api: string;

  /** What a query yields: the values of its series. Rejects with Prometheus's words if it is none. */
  const ask = async (query: string): Promise<number[]> => {
    const response = await fetch(`${api}/api/v1/query?query=${encodeURIComponent(query)}`);
    const answer = (await response.json()) as { error?: string; data?: { result: { value: [number, string] }[] } };
    if (answer.data === undefined) throw new Error(`${answer.error}: ${query}`);
    return answer.data.result.map(({ value: [, value] }) => Number(value));
  };

  beforeAll(async () => {
    broker = await Broker.start({ port: 0, store: databaseOfTest(), prometheusPort: 0, clusterName: CLUSTER });
    client = await AmqpClient.connect(broker.url);
    const channel = await client.channel();
    await channel.queue('q');
    channel.publish('q', 'one').publish('q', 'two').publish('q', 'three');
    await channel.get('q');
    const port = await freePort();
    api = `http://127.0.0.1:${port}`;
    folder = await mkdtemp(join(tmpdir(), 'leveret-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    const target = `127.0.0.1:${broker.prometheusPort}`;
    await writeFile(
      config,
      `scrape_configs: [{ job_name: leveret, scrape_interval: 500ms, scrape_timeout: 500ms, static_configs: [{ targets: ['${target}'] }] }]`,
    );
    const place = [`--web.listen-address=127.0.0.1:${port}`, `--storage.tsdb.path=${join(folder, 'data')}`];
    server = spawnTied(['prometheus', `--config.file=${config}`, ...place]);
    server.stdout.resume();
    server.stderr.resume();
    // Rates need two scrapes.
    await vi.waitFor(async () => expect(await ask(rate(message('received')))).toHaveLength(1), UNTIL);
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    client.destroy();
    await broker.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each([
    '/metrics',
    '/metrics/per-object',
    '/metrics/detailed?family=queue_coarse_metrics&family=queue_metrics&family=channel_metrics&family=exchange_names&family=vhost_status',
    '/metrics/memory-breakdown',
  ])('promtool finds nothing wrong with %s', async (path) => {
    const input = await (await fetch(`http://127.0.0.1:${broker.prometheusPort}${path}`)).text();
    const { code, stdout, stderr } = await run('promtool', ['check', 'metrics'], { input });
    expect([code, stdout.toString(), stderr.toString()]).toEqual([0, '', '']);
  });

  test.each(Object.entries(PANELS))('the panel "%s" has something to show', async (_title, query) => {
    const values = await ask(query);
    expect(values.length).toBeGreaterThan(0);
  });

  test('the panels show what there is', async () => {
    const [ready, unacked, publishers, nodes] = await Promise.all(
      ['Ready messages', 'Unacknowledged messages', 'Publishers', 'Nodes'].map((title) => ask(PANELS[title])),
    );
    expect([ready, unacked, publishers, nodes]).toEqual([[2], [1], [1], [1]]);
    expect((await ask(PANELS['Memory available before publishers blocked']))[0]).toBeGreaterThan(0);
  });
});
