/** What the broker says of itself, as far as commands print it (HTTP API: `/overview`, `/nodes`). */
import { bracketed } from '../../../util/ip-address.ts';
import type { Api } from '../api.ts';

export interface ListenerFacts {
  readonly ip_address: string;
  readonly port: number;
  readonly protocol: string;
}

export interface Overview {
  readonly rabbitmq_version: string;
  readonly product_name: string;
  readonly product_version: string;
  readonly cluster_name: string;
  readonly erlang_version: string;
  readonly erlang_full_version: string;
  readonly release_series_support_status: string;
  readonly object_totals: { readonly connections: number; readonly queues: number };
  readonly listeners: readonly ListenerFacts[];
}

/** Sizes in bytes, times in milliseconds. */
export interface NodeFacts {
  readonly name: string;
  readonly os_pid: string;
  readonly uptime: number;
  readonly being_drained: boolean;
  readonly enabled_plugins: readonly string[];
  readonly db_dir: string;
  readonly config_files: readonly string[];
  readonly log_files: readonly string[];
  readonly mem_alarm: boolean;
  readonly mem_used: number;
  readonly mem_limit: number;
  readonly disk_free_alarm: boolean;
  readonly disk_free: number;
  readonly disk_free_limit: number;
  /** Why commits fail; missing if they work. The alarm of the disk stands for it too. */
  readonly store_trouble?: string;
  readonly fd_total: number;
  readonly fd_used: number;
  readonly sockets_total: number;
  readonly sockets_used: number;
  readonly proc_total: number;
  readonly proc_used: number;
  readonly run_queue: number;
  readonly net_ticktime: number;
}

const PURPOSES: Readonly<Record<string, string>> = {
  amqp: 'AMQP 0-9-1',
  'amqp/ssl': 'AMQP 0-9-1 over TLS',
  'amqp/unix': 'AMQP 0-9-1 by a Unix socket',
  http: 'HTTP API',
  https: 'HTTP API over TLS (HTTPS)',
  'http/prometheus': 'Prometheus exporter API over HTTP',
  'https/prometheus': 'Prometheus exporter API over TLS (HTTPS)',
};

export function overviewOf(api: Api): Promise<Overview> {
  return api.get('/overview');
}

/** Another node of the same store: it runs if it waits to take over. */
export interface OtherNodeFacts {
  readonly name: string;
  readonly running: boolean;
}

/** The node that answers, and the others. */
export function nodesOf(api: Api): Promise<readonly [NodeFacts, ...OtherNodeFacts[]]> {
  return api.get('/nodes');
}

export async function nodeOf(api: Api): Promise<NodeFacts> {
  return (await nodesOf(api))[0];
}

export function waitingNodes(others: readonly OtherNodeFacts[]): string[] {
  return others.filter(({ running }) => running).map(({ name }) => name);
}

/** A listener in RabbitMQ's names. */
export interface ListenerRow {
  readonly node: string;
  readonly interface: string;
  readonly port: number;
  readonly protocol: string;
  readonly purpose: string;
}

export function listenerRow(node: string, { ip_address: address, port, protocol }: ListenerFacts): ListenerRow {
  return { node, interface: bracketed(address), port, protocol, purpose: PURPOSES[protocol] ?? protocol };
}

export function listenerText({ interface: shown, port, protocol, purpose }: ListenerRow): string {
  return `Interface: ${shown}, port: ${port}, protocol: ${protocol}, purpose: ${purpose}`;
}

/** Alarms in effect, in RabbitMQ's words, which has none for a store that cannot commit. */
export function alarmsOf({ name, mem_alarm, disk_free_alarm, store_trouble }: NodeFacts): readonly string[] {
  const disk = `Free disk space alarm on node ${name}`;
  return [
    ...(mem_alarm ? [`Memory alarm on node ${name}`] : []),
    ...(store_trouble !== undefined
      ? [`Store alarm on node ${name}: ${store_trouble}`]
      : disk_free_alarm
        ? [disk]
        : []),
  ];
}
