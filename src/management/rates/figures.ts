/** What is counted of an object, flat and by the HTTP API's names: what rates are made of (RabbitMQ: HTTP API, `message_stats`). */
import type {
  ChannelCounters,
  ChurnCounters,
  ConnectionCounters,
  DeliveryCounters,
  ExchangeCounters,
  PublishCounters,
} from '../../broker/events/counters.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { freeSpace } from '../../util/disk-space.ts';
import { openFiles } from '../../util/open-files.ts';
import type { ManagementContext } from '../context.ts';

export type Figures = Readonly<Record<string, number>>;

/** Of a queue, of a channel, or of what the channel took from a queue. */
export function deliveryFigures(counters: Readonly<DeliveryCounters>): Figures {
  const { deliver, deliverNoAck, get, getNoAck, getEmpty, redeliver, ack } = counters;
  return {
    ack,
    deliver,
    deliver_get: deliver + deliverNoAck + get + getNoAck,
    deliver_no_ack: deliverNoAck,
    get,
    get_empty: getEmpty,
    get_no_ack: getNoAck,
    redeliver,
  };
}

/** Of a channel, or of what it published to an exchange. */
export function publishFigures({ publish, confirm, returnUnroutable, dropUnroutable }: PublishCounters): Figures {
  return { publish, confirm, return_unroutable: returnUnroutable, drop_unroutable: dropUnroutable };
}

export function channelFigures(counters: ChannelCounters): Figures {
  return { ...publishFigures(counters), ...deliveryFigures(counters) };
}

export function queueFigures({ counted }: DeclaredQueue): Figures {
  return { publish: counted.publish, ...deliveryFigures(counted) };
}

export function exchangeFigures({ publishIn, publishOut }: ExchangeCounters): Figures {
  return { publish_in: publishIn, publish_out: publishOut };
}

export function connectionFigures({ recvOct, recvCnt, sendOct, sendCnt }: ConnectionCounters): Figures {
  return { recv_oct: recvOct, recv_cnt: recvCnt, send_oct: sendOct, send_cnt: sendCnt };
}

/** `churn_rates`. */
export function churnFigures(churn: ChurnCounters): Figures {
  return {
    channel_closed: churn.channelClosed,
    channel_created: churn.channelCreated,
    connection_closed: churn.connectionClosed,
    connection_created: churn.connectionCreated,
    queue_created: churn.queueCreated,
    queue_declared: churn.queueDeclared,
    queue_deleted: churn.queueDeleted,
  };
}

/** What the process uses. */
export function processFigures({ config, connections }: ManagementContext): Figures {
  return {
    disk_free: freeSpace(config.dataDir),
    fd_used: openFiles().open,
    mem_used: process.memoryUsage.rss(),
    proc_used: 1 + connections.size,
    sockets_used: connections.size,
  };
}

/** How many messages there are. */
export interface Lengths {
  readonly ready: number;
  readonly unacked: number;
}

export function addLengths(to: { -readonly [Name in keyof Lengths]: number }, { ready, unacked }: Lengths): void {
  to.ready += ready;
  to.unacked += unacked;
}

export function lengthFigures({ ready, unacked }: Lengths): Figures {
  return { messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked };
}

/** All that is noted of a queue. */
export function queueSubject(queue: DeclaredQueue): Figures {
  return { ...queueFigures(queue), ...lengthFigures(queue) };
}

/** Of all queues of some vhosts together. */
export function totalLengths(vhosts: Iterable<Vhost>): Figures {
  const sum = { ready: 0, unacked: 0 };
  for (const { queues } of vhosts) for (const queue of queues) addLengths(sum, queue);
  return lengthFigures(sum);
}

/** What clients of a vhost sent and were sent since the broker started. */
export function vhostOctets({ counters }: Vhost): Figures {
  const { recvOct, sendOct } = counters.connections.sum();
  return { recv_oct: recvOct, send_oct: sendOct };
}

/** What clients did in a vhost since the broker started. */
export function vhostFigures(vhost: Vhost): Figures {
  return channelFigures(vhost.counters.channels.sum());
}
