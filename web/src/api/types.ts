/** What the HTTP API answers, as far as the page shows it. */

export interface Rate {
  readonly rate: number;
  readonly samples?: readonly { readonly sample: number; readonly timestamp: number }[];
}

/** Figures by name, and the rate of each as NAME_details. */
export type Stats = Readonly<Record<string, number | Rate>>;

export interface Overview {
  readonly cluster_name: string;
  readonly product_name: string;
  readonly product_version: string;
  readonly leveret_version: string;
  readonly erlang_full_version: string;
  readonly node: string;
  readonly message_stats: Stats;
  readonly queue_totals: Stats;
  readonly churn_rates: Stats;
  readonly object_totals: Readonly<Record<'channels' | 'connections' | 'consumers' | 'exchanges' | 'queues', number>>;
  readonly listeners: readonly { readonly protocol: string; readonly ip_address: string; readonly port: number }[];
  readonly exchange_types: readonly { readonly name: string; readonly description: string }[];
}

export interface Node {
  readonly name: string;
  readonly uptime: number;
  readonly mem_used: number;
  readonly mem_limit: number;
  readonly mem_alarm: boolean;
  readonly disk_free: number | null;
  readonly disk_free_limit: number;
  readonly disk_free_alarm: boolean;
  /** Why commits fail; missing if they work. The alarm of the disk stands for it too. */
  readonly store_trouble?: string;
  readonly fd_used: number;
  readonly fd_total: number;
  readonly db_dir: string;
}

export interface History {
  readonly at: readonly number[];
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

export type Table = Readonly<Record<string, unknown>>;

export interface Queue {
  readonly name: string;
  readonly vhost: string;
  readonly type: 'classic' | 'quorum' | 'stream';
  readonly state: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly exclusive: boolean;
  readonly arguments: Table;
  readonly policy?: string | null;
  readonly operator_policy?: string | null;
  readonly effective_arguments?: Table;
  readonly consumers: number;
  readonly consumer_utilisation?: number | null;
  readonly messages: number;
  readonly messages_ready: number;
  readonly messages_unacknowledged: number;
  readonly messages_delayed?: number;
  readonly messages_details?: Rate;
  readonly messages_ready_details?: Rate;
  readonly message_bytes?: number;
  readonly message_stats?: Stats;
  readonly head_message_timestamp?: number | null;
  readonly head_message_age?: number;
  readonly idle_since?: string;
  readonly consumer_details?: readonly Consumer[];
  readonly incoming?: readonly Part[];
  readonly deliveries?: readonly Part[];
}

/** A part of what went through something: it names where that came from or went to. */
export interface Part {
  readonly stats: Stats;
  readonly exchange?: { readonly name: string; readonly vhost: string };
  readonly queue?: { readonly name: string; readonly vhost: string };
  readonly channel_details?: { readonly name: string; readonly user: string };
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly filtered_count: number;
  readonly total_count: number;
  readonly page: number;
  readonly page_count: number;
}

export interface Exchange {
  readonly name: string;
  readonly vhost: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly internal: boolean;
  readonly arguments: Table;
  readonly policy?: string;
  readonly message_stats?: Stats;
  readonly messages_delayed?: number;
  readonly incoming?: readonly Part[];
  readonly outgoing?: readonly Part[];
}

export interface Binding {
  readonly source: string;
  readonly vhost: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
  readonly arguments: Table;
  readonly properties_key: string;
}

export interface Connection {
  readonly name: string;
  readonly user_provided_name?: string;
  readonly user: string;
  readonly vhost: string;
  readonly state: string;
  readonly channels: number;
  readonly connected_at: number;
  readonly peer_host: string;
  readonly peer_port: number;
  readonly ssl: boolean;
  readonly protocol: string;
  readonly client_properties: Table;
  readonly recv_oct: number;
  readonly send_oct: number;
  readonly recv_oct_details?: Rate;
  readonly send_oct_details?: Rate;
  readonly timeout: number;
  readonly frame_max: number;
  readonly channel_max: number;
  readonly auth_mechanism: string;
}

export interface Channel {
  readonly name: string;
  readonly number: number;
  readonly user: string;
  readonly vhost: string;
  readonly state: string;
  readonly confirm: boolean;
  readonly transactional: boolean;
  readonly prefetch_count: number;
  readonly global_prefetch_count: number;
  readonly messages_unacknowledged: number;
  readonly messages_unconfirmed: number;
  readonly consumer_count: number;
  readonly message_stats?: Stats;
  readonly connection_details: { readonly name: string };
  readonly consumer_details?: readonly Consumer[];
  readonly publishes?: readonly Part[];
  readonly deliveries?: readonly Part[];
}

export interface Consumer {
  readonly consumer_tag: string;
  readonly queue: { readonly name: string; readonly vhost: string };
  readonly ack_required: boolean;
  readonly active: boolean;
  readonly activity_status: string;
  readonly exclusive: boolean;
  readonly prefetch_count: number;
  readonly messages_unacknowledged: number;
  /** Messages of a stream that it has yet to be given. */
  readonly lag?: number;
  readonly arguments: Table;
  readonly channel_details: { readonly name: string; readonly user: string };
}

export interface BrowsedMessage {
  readonly position: number;
  readonly state: string;
  readonly redelivered: boolean;
  readonly delivery_count: number;
  readonly expires_at?: number;
  readonly received_at?: number;
  readonly due_at?: number;
  readonly exchange: string;
  readonly routing_key: string;
  readonly properties: Table | readonly never[];
  readonly payload_bytes: number;
  readonly payload: string;
  readonly payload_encoding: 'string' | 'base64';
}

export interface MessagePage {
  readonly items: readonly BrowsedMessage[];
  readonly next: number | null;
  readonly examined: number;
}

export interface Job {
  readonly id: number;
  readonly description: string;
  readonly state: 'running' | 'completed' | 'cancelled' | 'failed';
  readonly vhost: string;
  readonly user: string;
  readonly messages: number;
  readonly examined: number;
  readonly moved: number;
  readonly left: number;
  readonly error?: string;
}

export interface Vhost {
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly default_queue_type: string;
  readonly messages: number;
  readonly messages_ready: number;
  readonly messages_unacknowledged: number;
}

export interface User {
  readonly name: string;
  readonly tags: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly password_hash: string;
}

export interface Permission {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface TopicPermission {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface Policy {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly definition: Table;
  readonly priority: number;
}
