/**
 * Set-ups as people have them, made up after the kinds that the surveyed compose files, Dockerfiles and CI set-ups show: a service with
 * Compose's keys, the files that it mounts, and what has to hold. Only the image's name would be changed.
 */

export interface SetUp {
  readonly name: string;
  readonly service: {
    readonly hostname?: string;
    readonly user?: string;
    readonly command?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    /** Paths in the container that are volumes. */
    readonly volumes?: readonly string[];
    /** A command for `sh -c`. */
    readonly healthcheck?: string;
  };
  /** Contents by path in the container. A name that ends in .sh can be executed. */
  readonly files?: Readonly<Record<string, string>>;
  /** Shell commands that a Dockerfile made from the image has, run as root before the start. */
  readonly dockerfile?: readonly string[];
  /** What it writes when it is ready; what a daemon's log says then, if it is not given. */
  readonly ready?: string;
  /** AMQP URLs by which a client must get in, and by which it must not. */
  readonly login?: readonly string[];
  readonly refused?: readonly string[];
  /** Shell commands that must succeed once the log says that the start is complete. */
  readonly succeed?: readonly string[];
  /** What the log must say. */
  readonly log?: readonly string[];
  /** Stops it, starts it in a new container with the same volumes under another host name, and checks the logins again. */
  readonly recreated?: true;
}

const GUEST = 'amqp://guest:guest@127.0.0.1:5672/';
const DIAGNOSTICS = 'rabbitmq-diagnostics -q ping';

export const SET_UPS: readonly SetUp[] = [
  {
    name: 'nothing but the image',
    service: { healthcheck: DIAGNOSTICS },
    login: [GUEST],
    succeed: [
      'rabbitmqctl status',
      'rabbitmqadmin declare queue name=q durable=true && rabbitmqadmin -q -f tsv list queues name | grep -qx q',
    ],
  },
  {
    name: 'user, password and vhost by variables',
    service: {
      environment: { RABBITMQ_DEFAULT_USER: 'hare', RABBITMQ_DEFAULT_PASS: 'p#ss', RABBITMQ_DEFAULT_VHOST: 'meadow' },
      healthcheck: 'rabbitmq-diagnostics check_port_connectivity',
    },
    login: ['amqp://hare:p%23ss@127.0.0.1:5672/meadow'],
    refused: [GUEST],
  },
  {
    name: 'secrets in files',
    service: {
      environment: { RABBITMQ_DEFAULT_USER_FILE: '/run/secrets/user', RABBITMQ_DEFAULT_PASS_FILE: '/run/secrets/pass' },
    },
    files: { '/run/secrets/user': 'hare\n', '/run/secrets/pass': 'secret\n' },
    login: ['amqp://hare:secret@127.0.0.1:5672/'],
  },
  {
    name: 'a mounted rabbitmq.conf with another port',
    service: { healthcheck: 'nc -z localhost 5673' },
    files: {
      '/etc/rabbitmq/rabbitmq.conf': 'listeners.tcp.default = 5673\nheartbeat = 30\ndisk_free_limit.absolute = 50MB\n',
    },
    login: ['amqp://guest:guest@127.0.0.1:5673/'],
    succeed: ['leveret ping', 'nc -z localhost 5673', '! nc -z localhost 5672'],
  },
  {
    name: 'definitions and a user by variables, both',
    service: { environment: { RABBITMQ_DEFAULT_USER: 'hare', RABBITMQ_DEFAULT_PASS: 'secret' } },
    files: {
      '/etc/rabbitmq/rabbitmq.conf': 'management.load_definitions = /etc/rabbitmq/definitions.json\n',
      '/etc/rabbitmq/definitions.json': JSON.stringify({
        users: [{ name: 'app', password: 'app', tags: '' }],
        vhosts: [{ name: '/' }, { name: 'shop' }],
        permissions: [{ user: 'app', vhost: 'shop', configure: '.*', write: '.*', read: '.*' }],
        queues: [{ name: 'orders', vhost: 'shop', durable: true, auto_delete: false, arguments: {} }],
      }),
    },
    login: ['amqp://app:app@127.0.0.1:5672/shop', 'amqp://hare:secret@127.0.0.1:5672/'],
    refused: [GUEST, 'amqp://app:app@127.0.0.1:5672/'],
  },
  {
    name: 'conf.d with two files',
    service: {},
    files: {
      '/etc/rabbitmq/conf.d/20-user.conf': 'default_user = hare\ndefault_pass = one\n',
      '/etc/rabbitmq/conf.d/30-password.conf': 'default_pass = two\n',
    },
    login: ['amqp://hare:two@127.0.0.1:5672/'],
  },
  {
    name: 'advanced.config',
    service: {},
    files: { '/etc/rabbitmq/advanced.config': '[{rabbit, [{tcp_listeners, [5674]}, {default_user, <<"hare">>}]}].\n' },
    login: ['amqp://hare:guest@127.0.0.1:5674/'],
  },
  {
    name: 'the classic rabbitmq.config',
    service: {},
    files: { '/etc/rabbitmq/rabbitmq.config': '[{rabbit, [{loopback_users, []}, {default_vhost, <<"den">>}]}].\n' },
    login: ['amqp://guest:guest@127.0.0.1:5672/den'],
  },
  {
    name: 'a cluster that is one node',
    service: {
      hostname: 'warren1',
      environment: { RABBITMQ_NODENAME: 'rabbit@warren1', RABBITMQ_ERLANG_COOKIE: 'SECRETCOOKIE' },
    },
    files: {
      '/etc/rabbitmq/rabbitmq.conf':
        'cluster_formation.peer_discovery_backend = classic_config\ncluster_formation.classic_config.nodes.1 = rabbit@warren1\ncluster_partition_handling = autoheal\n',
    },
    login: [GUEST],
    log: ['cluster_partition_handling: a broker is one node here', 'RABBITMQ_NODENAME: a broker is one node here'],
    succeed: [
      'rabbitmqctl stop_app && rabbitmqctl reset && rabbitmqctl start_app && rabbitmqctl cluster_status',
      'rabbitmq-upgrade await_online_quorum_plus_one && rabbitmq-queues check_if_node_is_quorum_critical',
      '[ "$(cat /var/lib/rabbitmq/.erlang.cookie)" = SECRETCOOKIE ]',
      '[ "$(stat -c %a /var/lib/rabbitmq/.erlang.cookie)" = 400 ]',
    ],
  },
  {
    name: 'data on /var/lib/rabbitmq, the container made anew',
    service: { hostname: 'a1b2c3', volumes: ['/var/lib/rabbitmq'], environment: { RABBITMQ_DEFAULT_USER: 'hare' } },
    login: ['amqp://hare:guest@127.0.0.1:5672/'],
    succeed: ['ls /var/lib/rabbitmq/leveret/leveret.db'],
    recreated: true,
  },
  {
    name: 'data on /var/lib/rabbitmq/mnesia, with MNESIA_BASE said too',
    service: {
      volumes: ['/var/lib/rabbitmq/mnesia'],
      environment: { RABBITMQ_MNESIA_BASE: '/var/lib/rabbitmq/mnesia' },
    },
    login: [GUEST],
    succeed: ['ls /var/lib/rabbitmq/mnesia/leveret.db'],
    recreated: true,
  },
  {
    name: "Bitnami's names and volume",
    service: {
      volumes: ['/bitnami/rabbitmq/mnesia'],
      environment: {
        RABBITMQ_USERNAME: 'hare',
        RABBITMQ_PASSWORD: 'secret',
        RABBITMQ_NODE_PORT_NUMBER: '5675',
        RABBITMQ_PLUGINS: 'rabbitmq_management',
      },
    },
    login: ['amqp://hare:secret@127.0.0.1:5675/'],
    succeed: ['ls /bitnami/rabbitmq/mnesia/leveret/leveret.db'],
    recreated: true,
  },
  {
    name: 'plugins enabled by the command',
    service: { command: ['bash', '-c', 'rabbitmq-plugins enable --offline rabbitmq_management && rabbitmq-server'] },
    login: [GUEST],
  },
  {
    name: 'a command of its own with a cookie, then the server',
    service: { command: ['sh', '-c', 'chmod 400 /var/lib/rabbitmq/.erlang.cookie; rabbitmq-server'] },
    login: [GUEST],
    succeed: ['[ "$(stat -c %U /var/lib/leveret/leveret.db)" = rabbitmq ]'],
  },
  {
    name: 'started in the background, then waited for',
    service: { command: ['bash', '-c', 'rabbitmq-server -detached && sleep 600'] },
    login: [GUEST],
    succeed: ['kill -0 "$(cat /var/lib/rabbitmq/mnesia/rabbit@*.pid)"'],
  },
  {
    name: 'a broker for tests',
    service: { command: ['test', '--manual-clock'] },
    ready: '"control":"http://127.0.0.1:15680"',
    login: [GUEST],
  },
  {
    name: 'another user number, as OpenShift gives',
    service: { user: '1000670000:0' },
    login: [GUEST],
  },
  {
    name: 'a Dockerfile that installs and copies as root',
    service: {},
    dockerfile: [
      'printf "[rabbitmq_management,rabbitmq_mqtt]." > /etc/rabbitmq/enabled_plugins',
      'touch /plugins/rabbitmq_delayed_message_exchange.ez',
      'chown -R rabbitmq:rabbitmq /etc/rabbitmq /plugins/',
      '[ "$(id -u)" = 0 ] && [ "$(id -u rabbitmq):$(id -g rabbitmq)" = 999:999 ]',
    ],
    login: [GUEST],
    log: ['the plugin rabbitmq_mqtt has no counterpart here'],
  },
  {
    name: 'init scripts',
    service: { environment: { RABBITMQ_DEFAULT_USER: 'hare' } },
    files: {
      '/docker-entrypoint-initdb.d/10-first.sh': '#!/bin/sh\nleveret ping && touch /tmp/first\n',
      '/docker-entrypoint-initdb.d/20-fails.sh': 'exit 3\n',
    },
    login: ['amqp://hare:guest@127.0.0.1:5672/'],
    succeed: ['for _ in $(seq 100); do [ -e /tmp/first ] && exit 0; sleep 0.1; done; exit 1'],
    log: ['10-first.sh is done', '20-fails.sh failed with exit code 3'],
  },
  {
    name: 'RABBITMQ_CONFIG_FILE as testcontainers sets it, and definitions by arguments of the VM',
    service: {
      environment: {
        RABBITMQ_CONFIG_FILE: '/etc/rabbitmq/rabbitmq-custom',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-rabbitmq_management load_definitions "/etc/rabbitmq/more.json"',
      },
    },
    files: {
      '/etc/rabbitmq/rabbitmq-custom.conf': 'default_user = hare\n',
      '/etc/rabbitmq/more.json': '{"vhosts":[{"name":"shop"}]}',
    },
    login: ['amqp://hare:guest@127.0.0.1:5672/shop'],
  },
  {
    name: 'RABBITMQ_CONF_ENV_FILE, and a key with a mistake in it',
    service: { environment: { RABBITMQ_CONF_ENV_FILE: '/etc/rabbitmq/my-env.conf', NODE_NAME: 'x' } },
    files: {
      '/etc/rabbitmq/my-env.conf': '# a shell file\nNODE_PORT=5676\nNODENAME=rabbit@burrow\n',
      '/etc/rabbitmq/rabbitmq.conf': '\nloopback_user.guest = false\n',
    },
    login: ['amqp://guest:guest@127.0.0.1:5676/'],
    log: ['/etc/rabbitmq/rabbitmq.conf:2: unknown key \\"loopback_user.guest\\"', 'RABBITMQ_NODENAME: a broker'],
  },
];
