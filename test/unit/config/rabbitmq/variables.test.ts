import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import { imageSettings } from '../../../../src/config/image.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { defaultConfig, resolveSettings } from '../../../../src/config/merge-sources.ts';

function load(env: NodeJS.ProcessEnv): { config: Config; notices: string[] } {
  const notices: string[] = [];
  return { config: loadConfig({}, env, ({ level, text }) => notices.push(`${level} ${text}`)), notices };
}

describe("the variables of RabbitMQ's images", () => {
  it.each<[NodeJS.ProcessEnv, Partial<Config>]>([
    [
      { RABBITMQ_USERNAME: 'ann', RABBITMQ_PASSWORD: 'secret', RABBITMQ_VHOST: 'shop' },
      { defaultUser: 'ann', defaultPass: 'secret', defaultVhost: 'shop' },
    ],
    [
      {
        RABBITMQ_NODE_PORT_NUMBER: '1',
        RABBITMQ_MANAGEMENT_PORT_NUMBER: '2',
        RABBITMQ_MANAGEMENT_BIND_IP: '127.0.0.1',
      },
      { port: 1, managementPort: 2, managementHost: '127.0.0.1' },
    ],
    [{ RABBITMQ_MNESIA_DIR: '/data/rabbit', RABBITMQ_MNESIA_BASE: '/data' }, { dataDir: '/data/rabbit' }],
    [
      { RABBITMQ_MNESIA_BASE: '/data', RABBITMQ_PID_FILE: '/run/pid' },
      { dataDir: '/data', pidFile: '/run/pid' },
    ],
    [{ RABBITMQ_DEFINITIONS_FILE: '/a.json' }, { definitions: '/a.json' }],
    [{ RABBITMQ_VM_MEMORY_HIGH_WATERMARK: '512MiB' }, { memoryBudget: 536_870_912 }],
    [{ RABBITMQ_DISK_FREE_ABSOLUTE_LIMIT: '2GB' }, { diskFreeLimit: 2_000_000_000 }],
    [
      { RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-rabbitmq_management load_definitions "/a.json" -rabbit heartbeat 5' },
      { definitions: '/a.json', heartbeat: 5 },
    ],
    [
      {
        RABBITMQ_SSL_CACERTFILE: '/ca.pem',
        RABBITMQ_SSL_CERTFILE: '/cert.pem',
        RABBITMQ_SSL_KEYFILE: '/key.pem',
        RABBITMQ_SSL_VERIFY: 'verify_peer',
        RABBITMQ_SSL_FAIL_IF_NO_PEER_CERT: 'true',
      },
      {
        port: 5672,
        tlsPort: 5671,
        managementPort: 15672,
        managementTlsPort: 15671,
        tlsCert: ['/cert.pem'],
        tlsKey: ['/key.pem'],
        tlsCa: ['/ca.pem'],
        tlsVerify: 'required',
      },
    ],
    [{ RABBITMQ_VM_MEMORY_HIGH_WATERMARK: '64MiB', LEVERET_MEMORY_BUDGET: '99999999' }, { memoryBudget: 99_999_999 }],
  ])('%j set what they say', (env, expected) => {
    const { config, notices } = load(env);
    expect(config).toMatchObject(expected);
    expect(notices).toEqual([]);
  });

  it('are named in the log if they set nothing', () => {
    const { config, notices } = load({
      RABBITMQ_NODENAME: 'rabbit@a',
      RABBITMQ_LOGS: '-',
      RABBITMQ_PLUGINS: 'rabbitmq_management, rabbitmq_stomp',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
      RABBITMQ_WORD: 'x',
    });
    expect(config).toEqual(defaultConfig);
    expect(notices.sort()).toEqual([
      'info RABBITMQ_LOGS: the log goes to standard output; --log-level sets how much there is',
      'info RABBITMQ_NODENAME: a broker is one node here, without the Erlang VM: this has no effect',
      'info RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: +S 1:1: there is no Erlang VM here',
      "info RABBITMQ_WORD: no variable of the broker's: this has no effect",
      'warn RABBITMQ_PLUGINS: the plugin rabbitmq_stomp has no counterpart here',
    ]);
  });

  it('are not meant if Kubernetes sets them for a service, or if they are empty', () => {
    const env = {
      RABBITMQ_PORT: 'tcp://10.0.0.1:5672',
      RABBITMQ_PORT_5672_TCP_ADDR: '10.0.0.1',
      RABBITMQ_SERVICE_HOST: '10.0.0.1',
      RABBITMQ_SERVICE_PORT_AMQP: '5672',
      RABBITMQ_LOGS: '',
    };
    expect(load(env)).toEqual({ config: defaultConfig, notices: [] });
  });
});

describe('the data folder of the container image', () => {
  const dataDir = (...mounts: string[]) =>
    resolveSettings([imageSettings(mounts.map((place) => `1 2 0:1 / ${place} rw - ext4 /dev/a rw`).join('\n'))])
      .dataDir;

  it("is in the volume that is mounted where RabbitMQ's data were, else in Leveret's own", () => {
    expect(dataDir('/', '/proc')).toBe('/var/lib/leveret');
    expect(dataDir('/', '/var/lib/rabbitmq')).toBe('/var/lib/rabbitmq/leveret');
    expect(dataDir('/', '/var/lib/rabbitmq', '/var/lib/rabbitmq/mnesia')).toBe('/var/lib/rabbitmq/mnesia/leveret');
    expect(dataDir('/', '/var/lib/leveret', '/bitnami')).toBe('/bitnami/leveret');
  });

  it('is where a stronger source says', () => {
    const config = loadConfig({}, { LEVERET_IMAGE: 'true', LEVERET_DATA_DIR: '/data' });
    expect(config.dataDir).toBe('/data');
    expect(config.pidFile).toMatch(/^\/var\/lib\/rabbitmq\/mnesia\/rabbit@[^.]+\.pid$/);
  });
});
