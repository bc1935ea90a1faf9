/** What went through a queue, an exchange or a channel, told apart by where it came from or went to (RabbitMQ: message rates breakdown). */
import type { DeliveryCounters, PublishCounters } from '../../broker/events/counters.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { Sorted } from '../../util/sorted.ts';
import { eachInSlices } from '../http/slices.ts';
import { deliveryFigures, type Figures, publishFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { channelDetails, type ShownChannel } from './client.ts';

/** The parts of one that are shown: those with the most messages. */
const MOST_PARTS = 500;

interface Part {
  readonly counters: object;
  readonly figures: () => Figures;
  /** What it is sorted by. */
  readonly messages: number;
  /** Where it came from, or went to. */
  readonly of: object;
}

/** What a channel published, by exchange: `publishes`. */
export function publishesOf({ connection, channel }: ShownChannel, view: View): object[] {
  const vhost = connection.vhost!;
  const parts = Array.from(channel.byExchange, ([{ name }, counters]) =>
    published(counters, { exchange: { name, vhost: vhost.name } }),
  );
  return shown(parts, view);
}

/** What a channel was given, by queue: `deliveries`. */
export function deliveriesTo({ connection, channel }: ShownChannel, view: View): object[] {
  const vhost = connection.vhost!;
  const parts = Array.from(channel.byQueue, ([{ name }, counters]) =>
    delivered(counters, { queue: { name, vhost: vhost.name } }),
  );
  return shown(parts, view);
}

/** What a queue gave, by channel: `deliveries`. */
export function deliveriesFrom(queue: DeclaredQueue, channels: Iterable<ShownChannel>, view: View): object[] {
  const parts: Part[] = [];
  for (const channel of channels) {
    for (const [from, counters] of channel.channel.byQueue) {
      if (from === queue) parts.push(delivered(counters, { channel_details: channelDetails(channel, view.context) }));
    }
  }
  return shown(parts, view);
}

/** What came to a queue, by exchange: `incoming`. */
export function incomingOf({ vhost, queue }: { readonly vhost: Vhost; readonly queue: DeclaredQueue }, view: View) {
  const parts = Array.from(queue.publishedBy, ([{ name }, counters]) =>
    routed(counters, { exchange: { name, vhost: vhost.name } }),
  );
  return shown(parts, view);
}

/** What was published to an exchange, by channel: `incoming`. */
export function publishesTo(exchange: Exchange, channels: Iterable<ShownChannel>, view: View): object[] {
  const parts: Part[] = [];
  for (const channel of channels) {
    for (const [to, counters] of channel.channel.byExchange) {
      if (to === exchange) parts.push(published(counters, { channel_details: channelDetails(channel, view.context) }));
    }
  }
  return shown(parts, view);
}

/** What an exchange led on, by queue: `outgoing`. It may have led to all there are. */
export async function outgoingOf(
  { vhost, exchange }: { readonly vhost: Vhost; readonly exchange: Exchange },
  view: View,
): Promise<object[]> {
  const parts: Part[] = [];
  await eachInSlices(vhost.queues, ({ name, publishedBy }) => {
    for (const [by, counters] of publishedBy) {
      if (by === exchange) parts.push(routed(counters, { queue: { name, vhost: vhost.name } }));
    }
  });
  return shown(parts, view);
}

function published(counters: PublishCounters, of: object): Part {
  return { counters, figures: () => publishFigures(counters), messages: counters.publish, of };
}

function routed(counters: { readonly publish: number }, of: object): Part {
  return { counters, figures: () => ({ publish: counters.publish }), messages: counters.publish, of };
}

function delivered(counters: DeliveryCounters, of: object): Part {
  const figures = (): Figures => deliveryFigures(counters);
  return { counters, figures, messages: figures().deliver_get, of };
}

function shown(parts: readonly Part[], view: View): object[] {
  const sorted = new Sorted(parts, (a, b) => b.messages - a.messages);
  const entries: object[] = [];
  for (const { counters, figures, of } of sorted) {
    if (entries.length === MOST_PARTS) break;
    entries.push({ stats: view.partStats(counters, figures), ...of });
  }
  return entries;
}
