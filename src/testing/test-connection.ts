/** Who is connected, as a test looks at it: as it is at that moment. */
import { fromFieldTable } from '../codec/field-table.ts';
import type { ClientConnection } from '../broker/operations/clients.ts';
import { checkFilter, type ConnectionFilter, meetsConnection } from './faults/filters.ts';
import type { Inside } from './inside.ts';

export interface TestConnection {
  /** "CLIENT -> BROKER", as the log has it. */
  readonly connection: string;
  /** The name that the client gave it; empty if it gave none. */
  readonly name: string;
  readonly user: string | undefined;
  readonly vhost: string;
  readonly connectedAt: Date;
  /** RabbitMQ's word: `running`, `flow`, `blocked`, `closing`. */
  readonly state: string;
  /** Seconds between heartbeats; 0 is none. */
  readonly heartbeat: number;
  /** What the client said of itself. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly channels: readonly TestChannel[];
}

export interface TestChannel {
  readonly number: number;
  /** Of basic.qos, for each consumer; 0 is none. */
  readonly prefetch: number;
  /** True if it asked for confirms. */
  readonly confirming: boolean;
  /** Deliveries that wait for their acknowledgement. */
  readonly unacked: number;
  readonly consumers: readonly { readonly tag: string; readonly queue: string }[];
}

/** Those that have opened their vhost. Throws TypeError for what is no filter. */
export function connectionsOf({ context }: Inside, filter: ConnectionFilter): TestConnection[] {
  checkFilter('connection', filter);
  return [...context.connections].flatMap((connection) => {
    const { vhost } = connection;
    if (vhost === undefined || !meetsConnection(connection, filter)) return [];
    return [view(connection, vhost.name)];
  });
}

function view(
  { endpoints, client, user, connectedAt, state, heartbeat, channels }: ClientConnection,
  vhost: string,
): TestConnection {
  return {
    connection: endpoints.name,
    name: client.connectionName,
    user,
    vhost,
    connectedAt: new Date(connectedAt),
    state,
    heartbeat,
    properties: fromFieldTable(client.properties),
    channels: Array.from(channels.values(), ({ number, prefetch, confirming, unackedCount: unacked, consumers }) => ({
      number,
      prefetch,
      confirming,
      unacked,
      consumers: Array.from(consumers.values(), ({ tag, queue }) => ({ tag, queue: queue.name })),
    })),
  };
}
