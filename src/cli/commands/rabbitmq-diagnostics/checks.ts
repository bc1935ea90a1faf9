/** Health checks: they end with another code than 0 if something is wrong. */
import { connect } from 'node:net';
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { ArgumentError, CommandError } from '../command-error.ts';
import { alone } from '../one-node.ts';
import { message, type Output } from '../output/output.ts';
import { type ListenerFacts, listenerRow, overviewOf } from '../rabbitmqctl/facts.ts';
import { stateOf } from '../rabbitmqctl/startup.ts';

const group = 'Monitoring, observability and health checks';
/** How long a listener may take to let a client in, in milliseconds. */
const CONNECT_MS = 30_000;

const UNITS = ['days', 'weeks', 'months', 'years'];
/** What programs are told of a check that found nothing. */
const OK = { result: 'ok' };

export const checks: readonly Command[] = [
  {
    name: 'check_alarms',
    group,
    description: 'Health check that exits with a non-zero code if the broker reports any alarm',
    banner: ({ node }) => `Asking node ${node} to report any local resource alarms ...`,
    run: async (call) => {
      await call.api.get('/health/checks/alarms');
      return passed(call, `Node ${call.node} reported no alarms, local or clusterwide`);
    },
  },
  {
    name: 'check_local_alarms',
    group,
    description: 'Health check that exits with a non-zero code if the broker reports any local alarm',
    banner: ({ node }) => `Asking node ${node} to report any local resource alarms ...`,
    run: async (call) => {
      await call.api.get('/health/checks/local-alarms');
      return passed(call, `Node ${call.node} reported no local alarms`);
    },
  },
  {
    name: 'check_certificate_expiration',
    options: [
      { name: 'unit', value: '<unit>' },
      { name: 'within', value: '<number>', form: /^\d+$/ },
    ],
    group,
    description: 'Checks that no certificate of a listener ends soon',
    banner: ({ node }) => `Checking certificate expiration on node ${node} ...`,
    run: async ({ api, option }) => {
      const within = option('within') ?? '4';
      const unit = (option('unit') ?? 'weeks').toLowerCase();
      if (!UNITS.includes(unit)) {
        throw new ArgumentError(`"unit '${unit}' is not supported. Please use one of: ${UNITS.join(', ')}"`);
      }
      await api.get(path`/health/checks/certificate-expiration/${within}/${unit}`);
      const text = `No certificates are expiring within ${within} ${within === '1' ? unit.replace(/s$/, '') : unit}.`;
      return { text, json: OK };
    },
    on: {
      400: (_, { message }) => new CommandError(EXIT.data, message),
      503: () => new CommandError(EXIT.unavailable, 'Some certificates are expiring: see the HTTP API for which'),
    },
  },
  alone(
    'check_if_node_is_mirror_sync_critical',
    'node-is-mirror-sync-critical',
    'data safety of any classic mirrored queues',
  ),
  alone('check_if_node_is_quorum_critical', 'node-is-quorum-critical', 'quorum of any quorum queues'),
  {
    name: 'check_port_connectivity',
    group,
    description: 'Health check that connects to every port that the broker listens on',
    banner: ({ node }) => `Testing TCP connections to all active listeners on node ${node} ...`,
    run: async (call) => {
      const listeners = (await overviewOf(call.api)).listeners;
      await Promise.all(listeners.map(checkConnects));
      const rows = listeners.map((listener) => listenerRow(call.node, listener));
      const text = `Successfully connected to ports ${portsOf(listeners)} on node ${call.node}.`;
      return { text, json: { listeners: rows, node: call.node, ...OK } };
    },
  },
  {
    name: 'check_port_listener',
    words: '<port>',
    group,
    description: 'Health check that exits with a non-zero code if the broker does not listen on the port',
    banner: ({ words: [port], node }) => `Asking node ${node} if there's an active listener on port ${port} ...`,
    run: async ({ api, words: [port], node }) => {
      if (!/^[1-9]\d*$/.test(port))
        throw new ArgumentError('Bad argument: Argument must be a positive integer', EXIT.data);
      await api.get(path`/health/checks/port-listener/${port}`);
      return { text: `A listener for port ${port} is running on node ${node}.`, json: { node, port, ...OK } };
    },
    on: {
      503: async ({ api, words: [port], node }) => {
        const ports = portsOf((await overviewOf(api)).listeners);
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
      const found = await api.get<{ readonly protocol: string }>(path`/health/checks/protocol-listener/${protocol}`);
      const text = `A listener for protocol ${found.protocol} is running on node ${node}.`;
      return { text, json: { node, protocol: found.protocol, ...OK } };
    },
    on: {
      503: async ({ api, words: [protocol], node }) => {
        const protocols = [...new Set((await overviewOf(api)).listeners.map((listener) => listener.protocol))].sort();
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
    run: checkRunning,
  },
  {
    name: 'check_virtual_hosts',
    group,
    description: 'Health check that checks if all vhosts are running',
    banner: ({ node }) => `Checking if all vhosts are running on node ${node} ...`,
    run: async (call) => {
      await call.api.get('/health/checks/virtual-hosts');
      return passed(call, `Node ${call.node} reported all vhosts as running`);
    },
  },
];

/** Nothing is said if it is asked to be silent, and found nothing. */
function passed(call: Call, text: string): Output {
  return call.flag('silent') ? undefined : { text, json: OK };
}

async function checkRunning(call: Call): Promise<Output> {
  if ((await stateOf(call)) === 'running') return message(runningText(call));
  throw new CommandError(EXIT.unavailable, notRunningText(call));
}

export function runningText({ node }: Call): string {
  return `RabbitMQ on node ${node} is fully booted and running`;
}

export function notRunningText({ node }: Call): string {
  return `RabbitMQ on node ${node} is not running or has not fully booted yet (check with is_booting)`;
}

function portsOf(listeners: readonly ListenerFacts[]): string {
  return listeners
    .map(({ port }) => port)
    .sort((a, b) => a - b)
    .join(', ');
}

/** Rejects with CommandError. An address that stands for all is reached on this machine's own. */
function checkConnects({ protocol, ip_address: address, port }: ListenerFacts): Promise<void> {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  const place = protocol === 'amqp/unix' ? { path: address } : { host, port };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string): void =>
    reject(new CommandError(EXIT.unavailable, `Connection to port ${port} failed: ${reason}`));
  const socket = connect({ ...place, timeout: CONNECT_MS }, resolve);
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
  socket.on('timeout', () => fail('timeout'));
  return promise.finally(() => socket.destroy());
}
