/** Keys of rabbitmq.conf that RabbitMQ knows and that set nothing here, each with the reason that the log gives. */
import type { NoticeLevel } from '../merge-sources.ts';

interface AcceptedKeys {
  readonly keys: RegExp;
  /** `warn` if the file asks for something that it does not get; `info` if nobody will miss it. */
  readonly level: NoticeLevel;
  readonly reason: string;
}

const CLUSTER = 'a broker is one node here';
const ENGINE = "this sets RabbitMQ's own engine, which is not here";
const PLUGIN = 'the plugin has no counterpart here';
const DEFINITIONS = 'this has no effect yet: give it by definitions';

const ACCEPTED: readonly AcceptedKeys[] = [
  {
    keys: /^management\.oauth_(enabled|initiated_logon_type)$/,
    level: 'info',
    reason: 'management.oauth_client_id says it',
  },
  {
    keys: /^(cluster_(formation|partition_handling|keepalive_interval|nodes)|mirroring_|queue_(master|leader)_locator|net_ticktime|distribution|distributed_cookie|node_?name|kernel|mnesia_|khepri|metadata_store|stream_queue)/,
    level: 'info',
    reason: CLUSTER,
  },
  {
    keys: /^(erlang|vm_memory_calculation_strategy|vm_memory_high_watermark_paging_ratio|memory_monitor_interval|raft|quorum_queue|classic_queue|queue_index_|msg_store_|message_store_|background_gc|backing_queue|delegate_count|num_acceptors|default_worker_pool_size|lazy_queue|socket_writer|sysmon_handler|hipe_compile|credit_flow|channel_operation_timeout|vhost_restart_strategy|runtime|initial_frame_max|halt_on_upgrade|fhc_|file_handles|ra|osiris|aten|motd_file|product\.)/,
    level: 'info',
    reason: ENGINE,
  },
  {
    keys: /^(collect_statistics|management\.(cors\.max_age|rates_mode|sample_retention_policies|disable_stats|enable_queue_totals|db_cache_multiplier|http_log_dir|tcp\.|http\.)|management_agent|prometheus\.(return_per_object_metrics|tcp\.|filter_)|tcp_listen_options|reverse_dns_lookups|deprecated_features|feature_flags|log|definitions\.(skip_if_unchanged|hashing|import_backend))/,
    level: 'info',
    reason: 'this cannot be set here',
  },
  {
    keys: /^(ssl_options|management\.ssl|prometheus\.ssl)\.(honor_|client_renegotiation|secure_renegotiate|reuse_sessions|hibernate_after|handshake_timeout|log_level|log_alert|versions|ciphers|dh|bypass_pem_cache|backlog|compress|idle_timeout|inactivity_timeout|request_timeout|shutdown_timeout|max_keepalive)/,
    level: 'info',
    reason: 'this cannot be set here',
  },
  {
    keys: /^(ssl_|management\.ssl|prometheus\.ssl|definitions\.tls)/,
    level: 'warn',
    reason: 'this has no effect here yet',
  },
  {
    keys: /^(mqtt|web_mqtt|stomp|web_stomp|stream|amqp1_0|auth_ldap|trust_store|shovel|federation|event_exchange|aws|web_dispatch|sharding|top)\b/,
    level: 'warn',
    reason: PLUGIN,
  },
  {
    keys: /^(default_(users|limits|policies|queue_type|vhost_queue_type)\b|definitions\.(https|url)|message_interceptors|max_queue|vhost_max|channel_max_per_node|consumer_max)/,
    level: 'warn',
    reason: DEFINITIONS,
  },
  {
    keys: /^(auth_http|auth_cache|auth_oauth2|anonymous_login|management|prometheus|definitions)\b/,
    level: 'warn',
    reason: 'this has no effect here',
  },
];

/** Undefined for a key that RabbitMQ does not know either. */
export function acceptedKey(key: string): Pick<AcceptedKeys, 'level' | 'reason'> | undefined {
  return ACCEPTED.find(({ keys }) => keys.test(key));
}
