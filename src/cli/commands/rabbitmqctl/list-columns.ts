/** The columns of rabbitmqctl's lists, by RabbitMQ's names, and where the HTTP API has them. A pid is the name that the API knows the thing by. */

type Columns = Readonly<Record<string, string>>;

/** Columns that have the same name there. */
function same(...names: readonly string[]): Columns {
  return Object.fromEntries(names.map((name) => [name, name]));
}

export const QUEUE_COLUMNS: Columns = {
  ...same('name', 'durable', 'auto_delete', 'arguments', 'policy', 'operator_policy', 'effective_policy_definition'),
  ...same('exclusive', 'exclusive_consumer_tag', 'state', 'type', 'leader', 'members', 'online', 'memory'),
  ...same('messages', 'messages_ready', 'messages_unacknowledged', 'messages_persistent', 'messages_ram'),
  ...same('messages_ready_ram', 'messages_unacknowledged_ram', 'message_bytes', 'message_bytes_ready'),
  ...same('message_bytes_unacknowledged', 'message_bytes_ram', 'message_bytes_persistent', 'head_message_timestamp'),
  ...same('consumers', 'consumer_utilisation', 'consumer_capacity', 'disk_reads', 'disk_writes'),
  pid: 'name',
  owner_pid: 'owner_pid_details.name',
  exclusive_consumer_pid: 'single_active_consumer_details.name',
  slave_pids: 'slave_nodes',
  synchronised_slave_pids: 'synchronised_slave_nodes',
};

export const EXCHANGE_COLUMNS: Columns = same(
  'name',
  'type',
  'durable',
  'auto_delete',
  'internal',
  'arguments',
  'policy',
);

export const BINDING_COLUMNS: Columns = {
  source_name: 'source',
  source_kind: 'source_kind',
  destination_name: 'destination',
  destination_kind: 'destination_type',
  ...same('routing_key', 'arguments', 'vhost'),
};

export const CONNECTION_COLUMNS: Columns = {
  ...same('name', 'host', 'port', 'peer_host', 'peer_port', 'user', 'vhost', 'state', 'channels', 'protocol'),
  ...same('auth_mechanism', 'timeout', 'frame_max', 'channel_max', 'client_properties', 'connected_at', 'type'),
  ...same('ssl', 'ssl_protocol', 'ssl_key_exchange', 'ssl_cipher', 'ssl_hash', 'user_provided_name'),
  ...same('peer_cert_subject', 'peer_cert_issuer', 'peer_cert_validity', 'node'),
  ...same('recv_oct', 'recv_cnt', 'send_oct', 'send_cnt', 'send_pend'),
  pid: 'name',
};

export const CHANNEL_COLUMNS: Columns = {
  pid: 'name',
  connection: 'connection_details.name',
  ...same('name', 'number', 'user', 'vhost', 'transactional', 'confirm', 'consumer_count', 'messages_unacknowledged'),
  ...same('messages_uncommitted', 'acks_uncommitted', 'messages_unconfirmed', 'prefetch_count'),
  ...same('global_prefetch_count', 'state'),
};

export const CONSUMER_COLUMNS: Columns = {
  queue_name: 'queue.name',
  channel_pid: 'channel_details.name',
  ...same('consumer_tag', 'ack_required', 'prefetch_count', 'active', 'arguments', 'activity_status', 'exclusive'),
};
