import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import type { ConfigError } from '../../../../src/config/config-error.ts';
import { readConf } from '../../../../src/config/rabbitmq/conf-file.ts';
import { interpret } from '../../../../src/config/rabbitmq/interpret.ts';
import { defaultConfig, resolveSettings } from '../../../../src/config/merge-sources.ts';
import { availableMemory } from '../../../../src/util/available-memory.ts';

function meaning(text: string) {
  return interpret(readConf('r.conf', text, {}).entries);
}

function config(text: string): Config {
  return resolveSettings([meaning(text)]);
}

function problems(text: string): string[] {
  try {
    resolveSettings([meaning(text)]);
  } catch (error) {
    return (error as ConfigError).problems.map((problem) => problem.text);
  }
  throw new Error('was accepted');
}

function notices(text: string): string[] {
  expect(config(text)).toEqual(defaultConfig);
  return meaning(text).notices!.map(({ level, text: line }) => `${level} ${line}`);
}

describe('the keys of rabbitmq.conf', () => {
  it.each<[string, Partial<Config>]>([
    ['listeners.tcp.default = 5673', { port: 5673, host: '::' }],
    ['listeners.tcp.1 = 127.0.0.1:5673', { port: 5673, host: '127.0.0.1' }],
    ['listeners.tcp.1 = unix:/run/a.sock:0', { port: undefined, unixSocket: '/run/a.sock' }],
    ['listeners.tcp.1 = 5673\nlisteners.tcp.2 = local:/run/a.sock:0', { port: 5673, unixSocket: '/run/a.sock' }],
    ['listeners.tcp.local = :::5672', { port: 5672, host: '::' }],
    ['listeners.tcp.local = [::1]:5672', { port: 5672, host: '::1' }],
    ['listeners.tcp.1 = 127.0.0.1:5673\nlisteners.tcp.2 = 0.0.0.0:5673', { port: 5673, host: '0.0.0.0' }],
    [
      'management.tcp.port = 8080\nmanagement.tcp.ip = 127.0.0.1',
      { managementPort: 8080, managementHost: '127.0.0.1' },
    ],
    ['management.listener.port = 8080', { managementPort: 8080 }],
    ['prometheus.tcp.port = 9090\nprometheus.tcp.ip = ::', { prometheusPort: 9090, prometheusHost: '::' }],
    [
      'management.cors.allow_origins.1 = https://a.example\nmanagement.cors.allow_origins.2 = *',
      { managementCorsOrigins: ['https://a.example', '*'] },
    ],
    ['management.cors.allow_origins = none', { managementCorsOrigins: [] }],
    ['loopback_users.guest = false', { loopbackUsers: [] }],
    ['loopback_users = none', { loopbackUsers: [] }],
    [
      'loopback_users.guest = true\nloopback_users.ann = true\nloopback_users.bob = false',
      { loopbackUsers: ['guest', 'ann'] },
    ],
    [
      'default_user = ann\ndefault_pass = secret\ndefault_vhost = shop',
      { defaultUser: 'ann', defaultPass: 'secret', defaultVhost: 'shop' },
    ],
    [
      'default_user_tags.management = true\ndefault_user_tags.administrator = false',
      { defaultUserTags: ['management'] },
    ],
    ['default_permissions.write = ^$', { defaultPermissions: { configure: '.*', write: '^$', read: '.*' } }],
    ['vm_memory_high_watermark.absolute = 2GB', { memoryBudget: 2_000_000_000 }],
    [
      'vm_memory_high_watermark.absolute = 64MiB\nvm_memory_high_watermark.relative = 0.1',
      { memoryBudget: 67_108_864 },
    ],
    ['vm_memory_high_watermark.relative = 0.5', { memoryBudget: Math.floor(availableMemory() / 2) }],
    [
      'vm_memory_high_watermark.relative = 0.5\ntotal_memory_available_override_value = 1GiB',
      { memoryBudget: 536_870_912 },
    ],
    ['total_memory_available_override_value = 1000MB', { memoryBudget: 400_000_000 }],
    ['disk_free_limit.absolute = 50mb', { diskFreeLimit: 50_000_000 }],
    ['disk_free_limit.relative = 1.5\ntotal_memory_available_override_value = 100MB', { diskFreeLimit: 150_000_000 }],
    ['log.console.level = warning', { logLevel: 'warn' }],
    ['log.console.formatter = plaintext', { logFormat: 'text' }],
    ['log.file.level = debug', { logLevel: 'debug' }],
    ['log.file.level = debug\nlog.console.level = critical', { logLevel: 'fatal' }],
    ['heartbeat = 600\nframe_max = 0\nchannel_max = 0', { heartbeat: 600, frameMax: 134_217_728, channelMax: 65_535 }],
    ['handshake_timeout = infinity\nconsumer_timeout = false', { handshakeTimeout: 3_600_000, consumerTimeout: 0 }],
    ['connection_max = infinity\nmax_message_size = 1000', { maxConnections: Infinity, maxMessageSize: 1000 }],
    ['load_definitions = /a.json', { definitions: '/a.json' }],
    ['management.load_definitions = /a.json', { definitions: '/a.json' }],
    ['definitions.import_backend = local_filesystem\ndefinitions.local.path = /a.json', { definitions: '/a.json' }],
    [
      'cluster_name = hutch\nproduct.name = Hutch\nproduct.version = 1',
      { clusterName: 'hutch', product: 'Hutch', productVersion: '1' },
    ],
    ['heartbeat = 1\nheartbeat = 2', { heartbeat: 2 }],
  ])('%j set what they say', (text, expected) => {
    expect(config(text)).toMatchObject(expected);
  });

  it('are refused with file and line where RabbitMQ refuses them, or there is no way to do what they say', () => {
    expect(problems('\nheartbeat = soon')).toEqual([
      'r.conf:2: heartbeat must be an integer from 0 to 65535 (seconds), not "soon"',
    ]);
    expect(problems('vm_memory_high_watermark = 0.6')).toEqual([
      'r.conf:1: vm_memory_high_watermark: must be vm_memory_high_watermark.relative or vm_memory_high_watermark.absolute',
    ]);
    expect(problems('vm_memory_high_watermark.absolute = 2 GB')).toContain(
      'r.conf:1: vm_memory_high_watermark.absolute: must be bytes, such as 50000000, 50MB or 1GiB, not 2 GB',
    );
    expect(problems('listeners.tcp = none')).toEqual([
      'port, tlsPort and unixSocket are all none: no client could connect',
    ]);
    expect(problems('listeners.tcp.1 = 127.0.0.1:5672\nlisteners.tcp.2 = 10.0.0.1:5672')).toEqual([
      'r.conf:2: listeners.tcp.2: there is one listener of the kind here, and listeners.tcp.1 names it',
    ]);
    expect(problems('default_pass = encrypted:abc')[0]).toContain('encrypted values cannot be read');
    expect(problems('log.console.level = loud')[0]).toContain('must be one of debug, info, notice');
    expect(problems('loopback_users.guest = no')[0]).toContain('must be loopback_users.NAME = true or false');
  });

  it('that have no meaning here get a line each, with the reason', () => {
    expect(notices('cluster_partition_handling = autoheal\ncluster_formation.peer_discovery_backend = k8s')).toEqual([
      'info r.conf:1: cluster_partition_handling: a broker is one node here',
      'info r.conf:2: cluster_formation.peer_discovery_backend: a broker is one node here',
    ]);
    expect(notices('ssl_options.honor_cipher_order = true\nmqtt.vhost = /')).toEqual([
      'info r.conf:1: ssl_options.honor_cipher_order: this cannot be set here',
      'warn r.conf:2: mqtt.vhost: the plugin has no counterpart here',
    ]);
    expect(notices('log.console = true\nlog.file = false')).toEqual([]);
    expect(notices('log.file = rabbit.log')).toHaveLength(1);
  });

  it('that RabbitMQ does not know either are named with file and line, and the rest counts', () => {
    expect(notices('management.listener.server.port = 1\nhartbeat = 5\nauth.users.1 = x')).toEqual([
      expect.stringContaining('warn r.conf:1: management.listener.server.port'),
      'warn r.conf:2: unknown key "hartbeat", did you mean "heartbeat"?; it sets nothing',
      expect.stringContaining('warn r.conf:3: unknown key "auth.users.1"'),
    ]);
  });
});
