/** Connections, channels and consumers (RabbitMQ: HTTP API, `/api/connections`, `/api/channels`, `/api/consumers`). */
import type { ClientConnection } from '../../broker/operations/clients.ts';
import { type Connections, forced } from '../../broker/operations/connections.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { badRequest, noObject, notAuthorised } from '../http/problem.ts';
import { type Call, NO_CONTENT, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import { deliveriesTo, publishesOf } from '../present/breakdown.ts';
import {
  CHANNEL_FIELDS,
  channelName,
  CONNECTION_FIELDS,
  CONSUMER_FIELDS,
  type ShownChannel,
  type ShownConsumer,
} from '../present/client.ts';

/** What a client hears if the request gives no reason. */
const CLOSED_HERE = 'Closed via management plugin';

export const clients: readonly Resource[] = [
  { path: '/connections', GET: { role: 'management', handle: (call) => listConnections(call, visible(call)) } },
  {
    path: '/connections/:name',
    GET: { role: 'management', handle: (call) => show(CONNECTION_FIELDS, existing(call), call.view) },
    DELETE: {
      role: 'management',
      handle: (call) => {
        existing(call).close(forced(reasonIn(call)));
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/connections/:name/channels',
    GET: { role: 'management', handle: (call) => listChannels(call, channelsOf([existing(call)])) },
  },
  {
    // Of AMQP 1.0, which is not spoken here.
    path: '/connections/:name/sessions',
    GET: {
      role: 'management',
      handle: (call) => {
        existing(call);
        throw badRequest('connection does not use AMQP 1.0');
      },
    },
  },
  {
    path: '/connections/username/:user',
    GET: { role: 'management', handle: (call) => listConnections(call, ofUser(call)) },
    DELETE: {
      role: 'administrator',
      handle: (call) => {
        for (const connection of ofUser(call)) connection.close(forced(reasonIn(call)));
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/vhosts/:vhost/connections',
    GET: { role: 'management', handle: (call) => listConnections(call, inVhost(call)) },
  },
  {
    path: '/vhosts/:vhost/channels',
    GET: { role: 'management', handle: (call) => listChannels(call, channelsOf(inVhost(call))) },
  },
  { path: '/channels', GET: { role: 'management', handle: (call) => listChannels(call, channelsOf(visible(call))) } },
  {
    path: '/channels/:name',
    GET: {
      role: 'management',
      handle: (call) => {
        const shown = channelsOf(opened(call.context.connections)).find((of) => channelName(of) === call.params.name);
        if (shown === undefined) throw noObject();
        checkIsIts(call, shown.connection);
        const consumers = Array.from(shown.channel.consumers.values(), (consumer) => ({ ...shown, consumer }));
        return {
          ...show(CHANNEL_FIELDS, shown, call.view),
          consumer_details: consumers.map((consumer) => show(CONSUMER_FIELDS, consumer, call.view)),
          deliveries: deliveriesTo(shown, call.view),
          publishes: publishesOf(shown, call.view),
        };
      },
    },
  },
  {
    path: '/consumers',
    GET: { role: 'management', handle: (call) => listConsumers(call, consumersOf(visible(call))) },
  },
  {
    path: '/consumers/:vhost',
    GET: { role: 'management', handle: (call) => listConsumers(call, consumersOf(inVhost(call))) },
  },
];

/** All consumers of the connections. */
export function consumersOf(connections: Iterable<ClientConnection>): ShownConsumer[] {
  return channelsOf(connections).flatMap((shown) =>
    Array.from(shown.channel.consumers.values(), (consumer) => ({ ...shown, consumer })),
  );
}

/** Those that are open: of the user's own, or all if it monitors. */
function visible({ context, principal }: Call): ClientConnection[] {
  const all = principal.has('monitoring');
  return opened(context.connections).filter(({ user }) => all || user === principal.name);
}

function opened(connections: Connections): ClientConnection[] {
  return [...connections].filter(({ stage, vhost }) => stage === 'running' && vhost !== undefined).sort(byVhostAndName);
}

function byVhostAndName(a: ClientConnection, b: ClientConnection): number {
  const key = ({ vhost, endpoints }: ClientConnection): string => `${vhost?.name}\0${endpoints.name}`;
  return key(a) < key(b) ? -1 : 1;
}

function inVhost(call: Call): ClientConnection[] {
  return visible(call).filter(({ vhost }) => vhost === call.vhost);
}

function ofUser(call: Call): ClientConnection[] {
  return visible(call).filter(({ user }) => user === call.params.user);
}

/** Throws HttpProblem 404, and 401 for another user's. */
function existing(call: Call): ClientConnection {
  const connection = opened(call.context.connections).find(({ endpoints }) => endpoints.name === call.params.name);
  if (connection === undefined) throw noObject();
  checkIsIts(call, connection);
  return connection;
}

/** Throws HttpProblem 401. */
function checkIsIts({ principal }: Call, { user }: ClientConnection): void {
  if (user !== principal.name && !principal.has('monitoring'))
    throw notAuthorised('User not authorised to access object');
}

/** Those that are open, of whatever user, in no order. */
export function channelsIn(vhost: Vhost, connections: Connections): ShownChannel[] {
  return channelsOf([...connections].filter(({ stage, vhost: entered }) => stage === 'running' && entered === vhost));
}

function channelsOf(connections: Iterable<ClientConnection>): ShownChannel[] {
  return Array.from(connections).flatMap((connection) =>
    Array.from(connection.channels.values(), (channel) => ({ connection, channel })),
  );
}

function listConnections({ query, view }: Call, subjects: readonly ClientConnection[]): unknown {
  return list(query, {
    fields: CONNECTION_FIELDS,
    view,
    subjects,
    nameOf: ({ endpoints }) => endpoints.name,
    paged: true,
  });
}

function listChannels({ query, view }: Call, subjects: readonly ShownChannel[]): unknown {
  return list(query, { fields: CHANNEL_FIELDS, view, subjects, nameOf: channelName, paged: true });
}

function listConsumers({ query, view }: Call, subjects: readonly ShownConsumer[]): unknown {
  return list(query, { fields: CONSUMER_FIELDS, view, subjects, nameOf: ({ consumer }) => consumer.tag });
}

function reasonIn({ headers }: Call): string {
  const reason = headers['x-reason'];
  return typeof reason === 'string' && reason !== '' ? reason : CLOSED_HERE;
}
