/** The broker at a glance: once, and as it goes on. */
import { delay } from '../../../util/system.ts';
import { EXIT } from '../../exit-codes.ts';
import { size } from '../../sizes.ts';
import type { Api } from '../api.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { Report } from '../output/output.ts';
import { alarmsOf, nodeOf, type NodeFacts, nodesOf, type Overview, waitingNodes } from '../rabbitmqctl/facts.ts';
import { tableText } from './print.ts';

const group = 'Look';
const SHOWN_QUEUES = 15;
const CLEAR = '\u001b[H\u001b[2J';

interface Rate {
  readonly rate?: number;
}

interface Figures extends Overview {
  readonly leveret_version: string;
  readonly object_totals: Overview['object_totals'] & {
    readonly channels: number;
    readonly consumers: number;
    readonly exchanges: number;
  };
  readonly queue_totals: {
    readonly messages: number;
    readonly messages_ready: number;
    readonly messages_unacknowledged: number;
  };
  readonly message_stats: {
    readonly publish_details?: Rate;
    readonly deliver_get_details?: Rate;
    readonly ack_details?: Rate;
  };
}

interface Queue {
  readonly vhost: string;
  readonly name: string;
  readonly messages_ready: number;
  readonly messages_unacknowledged: number;
  readonly consumers: number;
  readonly message_stats?: { readonly publish_details?: Rate; readonly deliver_get_details?: Rate };
}

export const overviews: readonly Command[] = [
  {
    name: 'status',
    group,
    description: 'The broker at a glance',
    run: async ({ api }) => glance(api),
  },
  {
    name: 'top',
    options: [{ name: 'interval', short: 'i', value: '<seconds>' }, { name: 'once' }],
    group,
    description: 'The broker and its busiest queues, every second or --interval, until Ctrl-C',
    run: async (call) => {
      const seconds = Number(call.option('interval') ?? 1);
      if (!(seconds >= 0.1)) throw new CommandError(EXIT.usage, '--interval must be 0.1 seconds or more');
      for (;;) {
        const shown = await top(call.api);
        if (call.flag('once')) return shown;
        call.print({ ...shown, text: CLEAR + shown.text });
        await delay(seconds * 1000);
      }
    },
  },
];

async function glance(api: Api): Promise<Report> {
  const [figures, [node, ...others]] = await Promise.all([api.get<Figures>('/overview'), nodesOf(api)]);
  const { object_totals: objects, queue_totals: lengths } = figures;
  const waiting = waitingNodes(others);
  const alarms = alarmsOf(node);
  const lines: readonly (readonly [string, string])[] = [
    ['Leveret', `${figures.leveret_version}, to clients ${figures.product_name} ${figures.rabbitmq_version}`],
    ['Running', `for ${duration(node.uptime)}, process ${node.os_pid}`],
    ['Listens', figures.listeners.map(({ protocol, port }) => `${protocol} ${port}`).join(', ')],
    ['Data', node.db_dir === '' ? 'in memory only' : `${node.db_dir}, ${size(node.disk_free)} free`],
    ['Memory', memoryText(node)],
    ...(others.length === 0 ? [] : [['Standby', waiting.join(', ') || 'no node waits to take over'] as const]),
    ['Alarms', alarms.length === 0 ? 'none' : alarms.join(', ')],
    [
      'Clients',
      `${counted(objects.connections, 'connection')}, ${counted(objects.channels, 'channel')}, ${counted(objects.consumers, 'consumer')}`,
    ],
    ['Queues', `${counted(objects.queues, 'queue')}, ${counted(objects.exchanges, 'exchange')}`],
    ['Messages', `${lengths.messages_ready} ready, ${lengths.messages_unacknowledged} unacked`],
    ['Rates', ratesText(figures)],
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
  return { text, json: { ...summary(figures, node), alarms, standby_nodes: waiting } };
}

async function top(api: Api): Promise<Report> {
  const [figures, node, queues] = await Promise.all([
    api.get<Figures>('/overview'),
    nodeOf(api),
    api.get<readonly Queue[]>('/queues'),
  ]);
  const rows = queues.map((queue) => ({
    vhost: queue.vhost,
    name: queue.name,
    ready: queue.messages_ready,
    unacked: queue.messages_unacknowledged,
    consumers: queue.consumers,
    'in/s': rateOf(queue.message_stats?.publish_details),
    'out/s': rateOf(queue.message_stats?.deliver_get_details),
  }));
  rows.sort((a, b) => b['in/s'] + b['out/s'] - a['in/s'] - a['out/s'] || b.ready - a.ready);
  const shown = rows.slice(0, SHOWN_QUEUES);
  const { queue_totals: lengths, object_totals: objects } = figures;
  const head = [
    `up ${duration(node.uptime)}   ${memoryText(node)}   ${counted(objects.connections, 'connection')}   ${counted(objects.queues, 'queue')}`,
    `${lengths.messages_ready} ready   ${lengths.messages_unacknowledged} unacked   ${ratesText(figures)}`,
  ];
  const columns = ['vhost', 'name', 'ready', 'unacked', 'consumers', 'in/s', 'out/s'] as const;
  const table = tableText({ columns, rows: shown.map((row) => columns.map((column) => row[column])) });
  return { text: `${head.join('\n')}\n\n${table.trimEnd()}`, json: { ...summary(figures, node), queues: shown } };
}

function summary(figures: Figures, node: NodeFacts): object {
  return {
    version: figures.leveret_version,
    uptime_seconds: Math.floor(node.uptime / 1000),
    pid: Number(node.os_pid),
    listeners: figures.listeners.map(({ protocol, ip_address: address, port }) => ({ protocol, address, port })),
    data_dir: node.db_dir === '' ? null : node.db_dir,
    memory: node.mem_used,
    disk_free: node.disk_free,
    objects: figures.object_totals,
    messages: figures.queue_totals.messages,
    messages_ready: figures.queue_totals.messages_ready,
    messages_unacknowledged: figures.queue_totals.messages_unacknowledged,
  };
}

function memoryText({ mem_used: used, mem_limit: limit }: NodeFacts): string {
  return `${size(used)} used, ${size(limit)} for messages`;
}

function ratesText({ message_stats: stats }: Figures): string {
  const [published, delivered, acked] = [stats.publish_details, stats.deliver_get_details, stats.ack_details].map(
    rateOf,
  );
  return `${published.toFixed(1)}/s in, ${delivered.toFixed(1)}/s out, ${acked.toFixed(1)}/s acked`;
}

function rateOf(details: Rate | undefined): number {
  return details?.rate ?? 0;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
