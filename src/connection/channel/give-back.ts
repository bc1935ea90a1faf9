/**
 * Deliveries that a client, or the end of its channel, gives back: to their queues, or to be discarded (AMQP 0-9-1: basic.reject, basic.recover;
 * RabbitMQ: basic.nack). One goes at once; where they may be many they go in time slices, as do those that a transaction kept.
 */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { RequeueCause } from '../../broker/queue/delayed-retry.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { Wait } from '../lifecycle/pending-replies.ts';
import type { Credit } from './credit.ts';
import { Settlement, type SettlementKind } from './settlement.ts';
import type { Transaction } from './transaction.ts';
import type { Delivery, DeliveringQueue, Unacked } from './unacked.ts';

/** Deliveries that are given back in one step of it: in a time slice go many such steps. */
const AT_ONCE = 16;

/** The channel that delivered them. */
export interface GivingBackChannel {
  readonly connection: { readonly vhost: Vhost };
  readonly unacked: Unacked;
  readonly credit: Credit;
  readonly transaction: Transaction | undefined;
  readonly closed: boolean;
  countAck(queue: DeliveringQueue, consumer: ChannelConsumer | undefined): void;
  goThrough(steps: Iterator<Wait | void>): void;
}

/** basic.nack, basic.reject: `kind` says what becomes of the deliveries. Throws AmqpError if a queue does not take them back. */
export function giveBack(
  channel: GivingBackChannel,
  tag: number,
  multiple: boolean,
  kind: 'reject' | RequeueCause,
): void {
  const { unacked, transaction } = channel;
  checkTakeBack(unacked, tag, multiple);
  if (transaction !== undefined) transaction.acknowledge(unacked.collect(tag, multiple), kind);
  else if (multiple) channel.goThrough(giveBackThrough(channel, tag === 0 ? unacked.lastTag : tag, kind));
  else {
    const settlement = settlementOf(channel, kind);
    unacked.remove(tag, settlement.take);
    finish(channel, settlement);
  }
}

/** basic.recover: all that is outstanding goes back. `answer` is called before any of it is delivered again. */
export function recover(channel: GivingBackChannel, answer?: () => void): void {
  const { unacked } = channel;
  checkTakeBack(unacked, 0, true);
  channel.goThrough(giveBackThrough(channel, unacked.lastTag, 'returned', answer));
}

/** What the channel leaves behind as it ends: messages for others, and then queues without it. */
export function* leave(channel: GivingBackChannel, consumers: readonly ChannelConsumer[]): Generator<void> {
  yield* giveBackThrough(channel, channel.unacked.lastTag, 'failed');
  for (const { queue } of consumers) channel.connection.vhost.consumerLeft(queue);
}

/** Does with deliveries that were taken from `unacked` before what was said of them: the steps for `goThrough`. */
export function* settleAll(
  channel: GivingBackChannel,
  deliveries: readonly Delivery[],
  kind: SettlementKind,
): Generator<void> {
  const settlement = settlementOf(channel, kind);
  for (const [i, { queue, seq, consumer }] of deliveries.entries()) {
    if (kind === 'ack') channel.countAck(queue, consumer);
    settlement.take(queue, seq, consumer);
    if (i % AT_ONCE === 0) yield;
  }
  finish(channel, settlement);
}

/** All deliveries up to and with a tag; what is left of them when the channel ends meanwhile goes back with the others. */
function* giveBackThrough(
  channel: GivingBackChannel,
  last: number,
  kind: SettlementKind,
  answer?: () => void,
): Generator<void> {
  const { closed, unacked } = channel;
  const settlement = settlementOf(channel, kind);
  while (channel.closed === closed && unacked.removeThrough(last, settlement.take, AT_ONCE)) yield;
  if (channel.closed === closed) answer?.();
  finish(channel, settlement);
}

function settlementOf({ connection, credit }: GivingBackChannel, kind: SettlementKind): Settlement {
  return new Settlement(connection.vhost, kind, credit.release);
}

function finish({ credit }: GivingBackChannel, settlement: Settlement): void {
  credit.resumeWaiting();
  settlement.dispatch();
}

/** Throws AmqpError for a tag that is not outstanding, and if a queue does not take back what it delivered. */
function checkTakeBack(unacked: Unacked, tag: number, multiple: boolean): void {
  unacked.check(tag, multiple);
  const last = tag === 0 ? unacked.lastTag : tag;
  for (const queue of unacked.queues(multiple ? 0 : tag, last)) queue.checkTakeBack();
}
