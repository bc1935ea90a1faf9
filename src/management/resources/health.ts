/** Health checks (RabbitMQ: HTTP API, `/api/health/checks`, `/api/healthchecks/node`). */
import { badRequest } from '../http/problem.ts';
import { type Call, Reply, type Resource } from '../http/resource.ts';
import { expiringCertificates } from './certificates.ts';
import { checkNode } from './nodes.ts';

const OK = { status: 'ok' };
/** Checks of what one node by itself always is. */
const ALONE = { status: 'ok', reason: 'single node cluster' };
/** RabbitMQ's names of protocols, to those of the listeners. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  amqp091: 'amqp',
  'amqp0.9.1': 'amqp',
  'amqp-0-9-1': 'amqp',
  amqps: 'amqp/ssl',
  'amqp091/ssl': 'amqp/ssl',
};

export const health: readonly Resource[] = [
  { path: '/healthchecks/node', GET: { role: 'management', handle: checkAlarms } },
  {
    path: '/healthchecks/node/:node',
    GET: { role: 'management', handle: (call) => (checkNode(call), checkAlarms(call)) },
  },
  ...['alarms', 'local-alarms'].map((name) => check(name, checkAlarms)),
  ...['is-in-service', 'ready-to-serve-clients'].map((name) => check(name, checkInService)),
  ...['virtual-hosts', 'reached-target-cluster-size'].map((name) => check(name, () => OK)),
  ...['metadata-store/initialized', 'metadata-store/initialized/with-data'].map((name) => check(name, () => OK)),
  ...['node-is-quorum-critical', 'node-is-mirror-sync-critical'].map((name) => check(name, () => ALONE)),
  check('quorum-queues-without-elected-leaders/all-vhosts', () => OK),
  check('quorum-queues-without-elected-leaders/vhost/:vhost', () => OK),
  check('quorum-queues-without-elected-leaders/vhost/:vhost/pattern/:pattern', () => OK),
  check('below-node-connection-limit', ({ context: { connections, config } }) => {
    const { size: current } = connections;
    if (current < config.maxConnections) return OK;
    return failed({ reason: 'node connection limit is reached', connections: current });
  }),
  check('certificate-expiration/:within/:unit', (call) => {
    const expired = expiringCertificates(call);
    return expired.length === 0 ? OK : failed({ reason: 'Certificates expiring', expired });
  }),
  check('port-listener/:port', ({ context, params }) => {
    if (!/^\d{1,5}$/.test(params.port)) throw badRequest('Invalid port');
    const missing = Number(params.port);
    const ports = context.listeners().map(({ port }) => port);
    if (ports.includes(missing)) return { ...OK, port: missing };
    return failed({ reason: 'No active listener', missing, ports });
  }),
  check('protocol-listener/:protocol', ({ context, params: { protocol } }) => {
    const protocols = [...new Set(context.listeners().map((listener) => listener.protocol))];
    const wanted = protocol.split(',').map((name) => PROTOCOLS[name] ?? name);
    const missing = wanted.filter((name) => !protocols.includes(name));
    if (missing.length === 0) return { ...OK, protocol: wanted.join(',') };
    return failed({ reason: 'No active listener', missing: missing.join(','), protocols });
  }),
];

function check(name: string, handle: (call: Call) => unknown): Resource {
  return { path: `/health/checks/${name}`, GET: { role: 'management', handle } };
}

function checkAlarms({ context: { node, nodeName } }: Call): unknown {
  const alarms = (['memory', 'disk'] as const)
    .filter((resource) => node.alarms.isRaised(resource))
    .map((resource) => ({ node: nodeName, resource }));
  if (alarms.length === 0) return OK;
  const { storeTrouble } = node.alarms;
  const store = storeTrouble === undefined ? {} : { store_trouble: storeTrouble };
  return failed({ reason: 'There are alarms in effect in the cluster', alarms, ...store });
}

function checkInService({ context: { controls } }: Call): unknown {
  return controls.drained ? failed({ reason: 'the target node is undergoing maintenance' }) : OK;
}

/** A check that does not hold. */
export function failed(details: { readonly reason: string; readonly [detail: string]: unknown }): Reply {
  const body = Buffer.from(JSON.stringify({ status: 'failed', ...details }));
  return new Reply(503, { 'content-type': 'application/json' }, body);
}
