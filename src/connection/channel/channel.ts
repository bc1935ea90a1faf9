/**
 * A channel: the state that a client's commands build on. What each method does stands in methods/; here is what they share:
 * deliveries and their acknowledgements, confirms, and the end of the channel.
 */
import type { ChannelIdentity } from '../../broker/events/observer.ts';
import { Breakdown } from '../../broker/events/breakdown.ts';
import {
  type ChannelCounters,
  countDelivery,
  DeliveryCounters,
  PublishCounters,
} from '../../broker/events/counters.ts';
import type { Message } from '../../broker/message/message.ts';
import type { Consumer, DeliveryTarget } from '../../broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { ReplyReceiver } from '../../broker/routing/reply-to.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { ServerMethod } from '../../protocol/generated/methods.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { ChannelHost, TurnChannel } from './channel-host.ts';
import type { ClientChannel } from '../../broker/operations/clients.ts';
import type { Receipt } from '../../broker/operations/receipt.ts';
import type { Wait } from '../lifecycle/pending-replies.ts';
import type { TransactionConfirms } from '../../broker/operations/transaction-confirms.ts';
import { tellChannel, tellConfirmed, tellConsumer, tellDelivered } from './channel-events.ts';
import { Confirms } from './confirms.ts';
import { Content } from '../input/content.ts';
import { Credit } from './credit.ts';
import type { DeliveringChannel, DeliveryTimeouts } from './delivery-timeouts.ts';
import { checkOverdue } from './overdue.ts';
import { type GivingBackChannel, leave } from './give-back.ts';
import { PublishRoutes } from './publish-routes.ts';
import { settleUnasked, tellSettled, type SettlementKind } from './settlement.ts';
import { Transaction } from './transaction.ts';
import { type DeliveringQueue, Unacked } from './unacked.ts';

export class Channel
  implements ClientChannel, DeliveryTarget, DeliveringChannel, GivingBackChannel, ReplyReceiver, TurnChannel
{
  readonly connection: ChannelHost;
  readonly number: number;
  readonly content: Content;
  readonly routes: PublishRoutes;
  /** Those of the vhost for what is left to do when the channel has ended. */
  counters: ChannelCounters;
  readonly byExchange = new Breakdown<Exchange, PublishCounters>(newPublishCounters);
  readonly byQueue = new Breakdown<DeliveringQueue, DeliveryCounters>(newDeliveryCounters);
  readonly consumers = new Map<string, ChannelConsumer>();
  readonly unacked = new Unacked();
  /** Undefined unless confirm.select was seen. */
  confirms: Confirms | undefined;
  /** Undefined unless tx.select was seen. */
  transaction: Transaction | undefined;
  readonly credit = new Credit(this);
  /** Limit of each consumer to come (basic.qos); 0 is none. */
  prefetch = 0;
  /** The queue declared last, which an empty queue name stands for. */
  currentQueue = '';
  /** Closes it for what goes wrong outside of its own frames. */
  readonly fail: (error: AmqpError) => void;
  /** The consumer of amq.rabbitmq.reply-to, if there is one: its tag, and the name under which replies come. */
  replyConsumer: { readonly tag: Buffer; readonly name: string } | undefined;
  readonly #timeouts: DeliveryTimeouts;
  /** Answers that wait for the store. */
  #answers = 0;
  #closed = false;
  readonly #notices: ServerMethod[] = [];

  constructor(connection: ChannelHost, number: number, fail: (error: AmqpError) => void) {
    this.connection = connection;
    this.number = number;
    this.content = new Content(connection.broker.bodyBuffers, connection.inboundQuota);
    this.routes = new PublishRoutes(connection);
    this.counters = connection.vhost.counters.channels.begin();
    connection.broker.node.counters.churn.channelCreated++;
    this.fail = fail;
    this.#timeouts = connection.broker.deliveryTimeouts;
    this.#timeouts.add(this);
    tellChannel(this, 'channel-opened');
  }

  get identity(): ChannelIdentity {
    const { endpoints, actor } = this.connection;
    return { connection: endpoints.name, channel: this.number, user: actor.user };
  }

  send(method: ServerMethod): void {
    this.connection.writer.method(this.number, method);
  }

  /**
   * Answers when everything that the method changed is stored; or closes the channel, if a queue refused one of the messages.
   * Until then nothing more is read from the connection, so that answers keep their order.
   */
  replyWhenStored<Value>(
    receipt: Receipt<Value>,
    answer: (value: Value) => ServerMethod,
    messages?: TransactionConfirms,
  ): void {
    this.#answers++;
    this.connection.pendingReplies.whenStored(receipt, messages, (value) => {
      this.#answers--;
      if (this.#closed) return;
      if (messages?.refused === true) {
        this.fail(new AmqpError('PRECONDITION_FAILED', 'partial tx completion'));
        return;
      }
      this.send(answer(value));
      this.#sendNotices();
    });
  }

  // Deliveries

  canTake(consumer: Consumer): boolean {
    return this.connection.takesDeliveries && (consumer.noAck || this.credit.admits());
  }

  deliver(consumer: ChannelConsumer, message: Message, seq: number, redelivered: boolean): void {
    const { writer, vhost } = this.connection;
    const fitting = writer.fit(message);
    const { noAck } = consumer;
    if (vhost.observer !== undefined) {
      tellDelivered(this, consumer.queue, consumer.tag, message, seq, noAck, redelivered);
    }
    let tag: number;
    countDelivery(this.counters, noAck, redelivered);
    countDelivery(consumer.taken, noAck, redelivered);
    if (noAck) tag = this.unacked.skip();
    else {
      tag = this.noteDelivery(consumer.queue, seq, consumer);
      this.credit.spend();
    }
    writer.deliver(this.number, consumer.tagBytes, tag, redelivered, fitting);
  }

  /** Notes a delivery that is to be acknowledged and returns its tag. */
  noteDelivery(queue: DeclaredQueue, seq: number, consumer: ChannelConsumer | undefined): number {
    return this.unacked.add(queue, seq, consumer, this.#timeouts.tick);
  }

  reply(message: Message): void {
    const { replyConsumer } = this;
    const { writer, flow, vhost } = this.connection;
    if (replyConsumer === undefined || !flow.takesReplies) return;
    try {
      const fitting = writer.fit(message);
      writer.deliver(this.number, replyConsumer.tag, this.unacked.skip(), false, fitting);
    } catch (error) {
      vhost.discarded(replyConsumer.name, error);
    }
  }

  /** The client hears of it behind the answer to what it is doing, for the same command may have ended the queue. */
  cancelled(consumer: ChannelConsumer): void {
    this.consumers.delete(consumer.tag);
    tellConsumer(this, 'consumer-cancelled', consumer);
    if (!this.connection.client.consumerCancelNotify) return;
    this.#notices.push({ name: 'basic.cancel', consumerTag: consumer.tag, noWait: true });
    this.connection.wakeChannel(this);
  }

  /** The client takes deliveries again, or has other limits: consumers that waited may go on. */
  resumeConsumers(): void {
    this.credit.resumeAll();
  }

  // Acknowledgements

  checkTimeout(): void {
    checkOverdue(this, this.#timeouts);
  }

  /** basic.ack. Throws AmqpError for a tag that is not outstanding. */
  settle(tag: number, multiple: boolean): void {
    if (this.transaction === undefined) {
      this.unacked.take(tag, multiple, this.#settle);
      this.credit.resumeWaiting();
    } else this.transaction.acknowledge(this.unacked.collect(tag, multiple), 'ack');
  }

  countAck(queue: DeliveringQueue, consumer: ChannelConsumer | undefined): void {
    this.counters.ack++;
    (consumer?.taken ?? this.byQueue.of(queue)).ack++;
  }

  settleUnasked(kind: SettlementKind, isMeant?: (queue: string, seq: number) => boolean): void {
    settleUnasked(this, kind, isMeant);
  }

  /**
   * Goes through long work step by step, in time slices: others are heard between them, but of this connection no frame is taken before the
   * last. An AmqpError of a step closes the channel. A step may yield what the next one waits for.
   */
  goThrough(steps: Iterator<Wait | void>): void {
    this.connection.pendingReplies.occupy({
      writes: true,
      step: () => {
        try {
          const next = steps.next();
          return next.done !== true && (next.value ?? true);
        } catch (error) {
          if (!(error instanceof AmqpError)) throw error;
          this.fail(error);
          return false;
        }
      },
    });
  }

  // Life

  /** Starts publisher confirms; they go out at the end of each turn. */
  selectConfirms(): void {
    this.confirms ??= new Confirms(() => this.connection.wakeChannel(this));
  }

  /** Starts transactions. */
  selectTransactions(): void {
    this.transaction ??= new Transaction(
      this.unacked,
      this.connection.inboundQuota,
      this.connection.broker.node.heapLimit,
    );
  }

  /** Sends what gathered in this turn. */
  endTurn(): void {
    if (this.#closed) return;
    if (this.confirms !== undefined) this.counters.confirm += this.confirms.flush(this.#ack, this.#nack);
    this.#sendNotices();
  }

  /** Ends the channel, whoever asked for it: consumers go, and what was not acknowledged returns to its queues. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timeouts.remove(this);
    this.content.abandon();
    const { vhost } = this.connection;
    if (this.replyConsumer !== undefined) vhost.replyTargets.remove(this.replyConsumer.name);
    const consumers = [...this.consumers.values()];
    this.consumers.clear();
    for (const consumer of consumers) {
      consumer.queue.consumers.remove(consumer);
      tellConsumer(this, 'consumer-cancelled', consumer);
    }
    const { node } = this.connection.broker;
    tellChannel(this, 'channel-closed');
    this.transaction?.rollback();
    this.counters = vhost.counters.channels.end(this.counters);
    node.counters.churn.channelClosed++;
    this.goThrough(leave(this, consumers));
  }

  // ClientChannel

  get globalPrefetch(): number {
    return this.credit.limit;
  }

  get confirming(): boolean {
    return this.confirms !== undefined;
  }

  get transactional(): boolean {
    return this.transaction !== undefined;
  }

  get unackedCount(): number {
    return this.unacked.count;
  }

  get unconfirmedCount(): number {
    return this.confirms?.waiting ?? 0;
  }

  get uncommittedCount(): number {
    return this.transaction?.publishCount ?? 0;
  }

  get uncommittedAcks(): number {
    return this.transaction?.acknowledgementCount ?? 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  #sendNotices(): void {
    if (this.#answers > 0) return;
    for (const notice of this.#notices) this.send(notice);
    this.#notices.length = 0;
  }

  readonly #ack = (deliveryTag: number, multiple: boolean): void => {
    tellConfirmed(this, deliveryTag, multiple, true);
    this.send({ name: 'basic.ack', deliveryTag, multiple });
  };

  readonly #nack = (deliveryTag: number): void => {
    tellConfirmed(this, deliveryTag, false, false);
    this.send({ name: 'basic.nack', deliveryTag, multiple: false, requeue: false });
  };

  readonly #settle = (queue: DeliveringQueue, seq: number, consumer: ChannelConsumer | undefined): void => {
    this.credit.release(consumer);
    this.countAck(queue, consumer);
    tellSettled(this.connection.vhost, queue, seq, 'ack');
    queue.settle(seq);
  };
}

const newPublishCounters = (): PublishCounters => new PublishCounters();
const newDeliveryCounters = (): DeliveryCounters => new DeliveryCounters();
