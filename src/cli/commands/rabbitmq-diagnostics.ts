/** `rabbitmq-diagnostics`: health checks, and what the broker is (RabbitMQ: rabbitmq-diagnostics(8)). */
import { connect } from 'node:net';
import { EXIT } from '../exit-codes.ts';
import { type Api, path } from './api.ts';
import type { Call, Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { lists } from './rabbitmqctl/lists.ts';
import { answers, ping, startup } from './rabbitmqctl/startup.ts';
import { tool } from './tool.ts';

interface Overview {
  readonly rabbitmq_version: string;
  readonly listeners: readonly { readonly ip_address: string; readonly port: number; readonly protocol: string }[];
}

const group = 'Monitoring, observability and health checks';
/** How long a listener may take to let a client in, in milliseconds. */
const CONNECT_MS = 30_000;
const PURPOSES: Readonly<Record<string, string>> = {
  amqp: 'AMQP 0-9-1',
  http: 'HTTP API',
  'http/prometheus': 'Prometheus exporter API over HTTP',
};

const checks: readonly Command[] = [
  {
    name: 'alarms',
    group,
    description: 'Lists resource alarms in effect',
    banner: ({ node }) => `Asking node ${node} to report any known resource alarms ...`,
    run: async ({ api, node }) => {
      await api.get('/health/checks/alarms');
      return `Node ${node} reported no alarms, local or clusterwide`;
    },
  },
  {
    name: 'check_alarms',
    group,
    description: 'Health check that exits with a non-zero code if the broker reports any alarm',
    banner: ({ node }) => `Asking node ${node} to report any local resource alarms ...`,
    run: async ({ api, node }) => {
      await api.get('/health/checks/alarms');
      return `Node ${node} reported no alarms, local or clusterwide`;
    },
  },
  {
    name: 'check_local_alarms',
    group,
    description: 'Health check that exits with a non-zero code if the broker reports any local alarm',
    banner: ({ node }) => `Asking node ${node} to report any local resource alarms ...`,
    run: async ({ api, node }) => {
      await api.get('/health/checks/local-alarms');
      return `Node ${node} reported no local alarms`;
    },
  },
  {
    name: 'check_port_connectivity',
    group,
    description: 'Health check that connects to every port that the broker listens on',
    banner: ({ node }) => `Testing TCP connections to all active listeners on node ${node} ...`,
    run: async (call) => {
      const listeners = await listenersOf(call.api);
      await Promise.all(listeners.map(({ ip_address: host, port }) => checkConnects(host, port)));
      return `Successfully connected to ports ${portsOf(listeners)} on node ${call.node}.`;
    },
  },
  {
    name: 'check_port_listener',
    words: '<port>',
    group,
    description: 'Health check that exits with a non-zero code if the broker does not listen on the port',
    banner: ({ words: [port], node }) => `Asking node ${node} if there's an active listener on port ${port} ...`,
    run: async ({ api, words: [port], node }) => {
      await api.get(path`/health/checks/port-listener/${port}`);
      return `A listener for port ${port} is running on node ${node}.`;
    },
    on: {
      503: async ({ api, words: [port], node }) => {
        const ports = portsOf(await listenersOf(api));
        const text = `No listener for port ${port} is active on node ${node}. Found listeners that use the following ports: ${ports}`;
        return new CommandError(EXIT.unavailable, text, true);
      },
    },
  },
  {
    name: 'check_protocol_listener',
    words: '<protocol>',
    group,
    description: 'Health check that exits with a non-zero code if the broker has no listener for the protocol',
    banner: ({ words: [protocol], node }) =>
      `Asking node ${node} if there's an active listener for protocol ${protocol} ...`,
    run: async ({ api, words: [protocol], node }) => {
      await api.get(path`/health/checks/protocol-listener/${protocol}`);
      return `A listener for protocol ${protocol} is running on node ${node}.`;
    },
    on: {
      503: async ({ api, words: [protocol], node }) => {
        const protocols = [...new Set((await listenersOf(api)).map((listener) => listener.protocol))].sort();
        const text = `No listener for protocol ${protocol} is active on node ${node}. Found listeners for the following protocols: ${protocols.join(', ')}`;
        return new CommandError(EXIT.unavailable, text);
      },
    },
  },
  {
    name: 'check_running',
    group,
    description: 'Health check that exits with a non-zero code if the broker is not running',
    banner: ({ node }) => `Checking if RabbitMQ is running on node ${node} ...`,
    run: runningText,
  },
  {
    name: 'check_virtual_hosts',
    group,
    description: 'Health check that checks if all vhosts are running',
    banner: ({ node }) => `Checking if all vhosts are running on node ${node} ...`,
    run: async ({ api, node }) => {
      await api.get('/health/checks/virtual-hosts');
      return `Node ${node} reported all vhosts as running`;
    },
  },
  {
    name: 'is_running',
    group,
    description: 'Tells if the broker is running',
    banner: ({ node }) => `Asking node ${node} for its status ...`,
    run: runningText,
  },
  {
    name: 'listeners',
    group,
    description: 'Lists active listeners, bound to interface:port and protocol',
    banner: ({ node }) => `Asking node ${node} to report its protocol listeners ...`,
    run: async ({ api }) => {
      const listeners = await listenersOf(api);
      const lines = listeners.map(({ ip_address: address, port, protocol }) => {
        const shown = address.includes(':') ? `[${address}]` : address;
        return `Interface: ${shown}, port: ${port}, protocol: ${protocol}, purpose: ${PURPOSES[protocol] ?? protocol}`;
      });
      return { text: lines.join('\n'), json: { listeners } };
    },
  },
  {
    name: 'server_version',
    group,
    description: 'Displays the version that clients are told',
    banner: ({ node }) => `Asking node ${node} for its RabbitMQ version...`,
    run: async ({ api }) => (await api.get<Overview>('/overview')).rabbitmq_version,
  },
];

export const rabbitmqDiagnostics = tool('rabbitmq-diagnostics', [ping, ...checks, ...lists, ...startup]);

async function runningText(call: Call): Promise<string> {
  if (await answers(call)) return `RabbitMQ on node ${call.node} is fully booted and running`;
  throw new CommandError(
    EXIT.unavailable,
    `RabbitMQ on node ${call.node} is not running or has not fully booted yet (check with is_booting)`,
  );
}

async function listenersOf(api: Api): Promise<Overview['listeners']> {
  return (await api.get<Overview>('/overview')).listeners;
}

function portsOf(listeners: Overview['listeners']): string {
  return listeners
    .map(({ port }) => port)
    .sort((a, b) => a - b)
    .join(', ');
}

/** Rejects with CommandError. An address that stands for all is reached on this machine's own. */
function checkConnects(address: string, port: number): Promise<void> {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string): void =>
    reject(new CommandError(EXIT.unavailable, `Connection to port ${port} failed: ${reason}`));
  const socket = connect({ host, port, timeout: CONNECT_MS }, resolve);
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
  socket.on('timeout', () => fail('timeout'));
  return promise.finally(() => socket.destroy());
}
