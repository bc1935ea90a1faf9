/**
 * A channel: the state that a client's commands build on. What each method does stands in methods/; here is what they share:
 * deliveries and their acknowledgements, confirms, and the end of the channel.
 */
import type { Message } from '../broker/message.ts';
import type { Consumer, DeliveryTarget } from '../broker/queue/consumer.ts';
import type { ComeBack } from '../broker/queue/delayed-retry.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import type { ReplyReceiver } from '../broker/reply-to.ts';
import { AmqpError } from '../protocol/amqp-error.ts';
import type { ServerMethod } from '../protocol/generated/methods.ts';
import { Deque } from '../util/deque.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { ChannelHost, TurnChannel } from './channel-host.ts';
import type { CommitLedger } from './commit-ledger.ts';
import { Confirms } from './confirms.ts';
import { Content } from './content.ts';
import type { DeliveringChannel, DeliveryTimeouts } from './delivery-timeouts.ts';
import { PublishRoutes } from './publish-routes.ts';
import { Transaction, type TransactionChannel } from './transaction.ts';
import { type Delivery, type Take, Unacked } from './unacked.ts';

export class Channel implements DeliveryTarget, DeliveringChannel, ReplyReceiver, TransactionChannel, TurnChannel {
  readonly connection: ChannelHost;
  readonly number: number;
  readonly content: Content;
  readonly routes: PublishRoutes;
  readonly consumers = new Map<string, ChannelConsumer>();
  readonly unacked = new Unacked();
  /** Undefined unless confirm.select was seen. */
  confirms: Confirms | undefined;
  /** Undefined unless tx.select was seen. */
  transaction: Transaction | undefined;
  /** Limit of each consumer to come, and of all consumers together (basic.qos); 0 is none. */
  prefetch = 0;
  globalPrefetch = 0;
  /** The queue declared last, which an empty queue name stands for. */
  currentQueue = '';
  /** The consumer of amq.rabbitmq.reply-to, if there is one: its tag, and the name under which replies come. */
  replyConsumer: { readonly tag: Buffer; readonly name: string } | undefined;
  readonly #fail: (error: AmqpError) => void;
  readonly #timeouts: DeliveryTimeouts;
  #consumersUnacked = 0;
  /** Answers that wait for the store. */
  #answers = 0;
  #closed = false;
  readonly #notices: ServerMethod[] = [];
  /** Consumers that were held up when one of their deliveries was released. */
  readonly #waiting = new Deque<ChannelConsumer>();

  /** `fail`: closes the channel for what goes wrong outside of its own frames. */
  constructor(connection: ChannelHost, number: number, fail: (error: AmqpError) => void) {
    this.connection = connection;
    this.number = number;
    this.content = new Content(connection.broker.bodyBuffers);
    this.routes = new PublishRoutes(connection);
    this.#fail = fail;
    this.#timeouts = connection.broker.deliveryTimeouts;
    this.#timeouts.add(this);
  }

  send(method: ServerMethod): void {
    this.connection.writer.method(this.number, method);
  }

  /**
   * Answers when everything that the method changed is stored; or closes the channel, where a queue refused one of the messages.
   * Until then nothing more is read from the connection, so that answers keep their order.
   */
  replyWhenStored(method: ServerMethod, messages?: CommitLedger): void {
    this.#answers++;
    this.connection.whenStored(messages, () => {
      this.#answers--;
      if (this.#closed) return;
      if (messages?.refused === true) {
        this.#fail(new AmqpError('PRECONDITION_FAILED', 'partial tx completion'));
        return;
      }
      this.send(method);
      this.#sendNotices();
    });
  }

  // Deliveries

  canTake(consumer: Consumer): boolean {
    if (!this.connection.takesDeliveries) return false;
    return consumer.noAck || this.globalPrefetch === 0 || this.#consumersUnacked < this.globalPrefetch;
  }

  deliver(consumer: ChannelConsumer, message: Message, seq: number, redelivered: boolean): void {
    let tag: number;
    if (seq < 0) tag = this.unacked.skip();
    else {
      tag = this.noteDelivery(consumer.queue, seq, consumer);
      this.#consumersUnacked++;
    }
    this.connection.writer.deliver(this.number, consumer.tagBytes, tag, redelivered, message);
  }

  /** Notes a delivery that is to be acknowledged and returns its tag. */
  noteDelivery(queue: DeclaredQueue, seq: number, consumer: ChannelConsumer | undefined): number {
    return this.unacked.add(queue, seq, consumer, this.#timeouts.tick);
  }

  reply(message: Message): void {
    const { replyConsumer } = this;
    if (replyConsumer === undefined || !this.connection.flow.takesReplies) return;
    this.connection.writer.deliver(this.number, replyConsumer.tag, this.unacked.skip(), false, message);
  }

  /** The client hears of it behind the answer to what it is doing, for the same command may have ended the queue. */
  cancelled(consumer: ChannelConsumer): void {
    this.consumers.delete(consumer.tag);
    if (!this.connection.client.consumerCancelNotify) return;
    this.#notices.push({ name: 'basic.cancel', consumerTag: consumer.tag, noWait: true });
    this.connection.wakeChannel(this);
  }

  /** The client takes deliveries again, or has acknowledged some: consumers that waited may go on. */
  resumeConsumers(): void {
    for (const consumer of this.consumers.values()) consumer.resume();
  }

  // Acknowledgements

  /** Closes the channel where its oldest delivery has waited too long: the others count when they are the oldest, as in RabbitMQ. */
  checkTimeout(): void {
    const { oldest } = this.unacked;
    if (oldest === undefined) return;
    const { consumer, queue, tick } = oldest;
    const timeout = consumer?.timeout ?? queue.consumerTimeout ?? this.connection.broker.config.consumerTimeout;
    if (this.#timeouts.isOver(tick, timeout)) this.#fail(timedOut(this.number, timeout));
  }

  /** basic.ack. Throws AmqpError for a tag that is not outstanding. */
  settle(tag: number, multiple: boolean): void {
    if (this.transaction === undefined) {
      this.#take(tag, multiple, this.#settle);
      this.#resumeWaiting();
    } else this.transaction.acknowledge(this.#collect(tag, multiple), 'ack');
  }

  /** basic.nack and basic.reject without requeue. */
  reject(tag: number, multiple: boolean): void {
    const deliveries = this.#takeBack(tag, multiple);
    if (this.transaction === undefined) this.rejectAll(deliveries);
    else this.transaction.acknowledge(deliveries, 'reject');
  }

  /** basic.nack and basic.reject with requeue. */
  requeue(tag: number, multiple: boolean, how: ComeBack): void {
    const deliveries = this.#takeBack(tag, multiple);
    if (this.transaction === undefined) this.requeueAll(deliveries, how);
    else this.transaction.acknowledge(deliveries, how);
  }

  /** basic.recover: all that is outstanding goes back. `answer` is called before any of it is delivered again. */
  recover(answer?: () => void): void {
    this.requeueAll(this.#takeBack(0, true), 'returned', answer);
  }

  /** Settles deliveries that were taken from `unacked` before. */
  settleAll(deliveries: readonly Delivery[]): void {
    for (const { queue, seq, consumer } of deliveries) this.#settle(queue, seq, consumer);
    this.#resumeWaiting();
  }

  /** Gives deliveries up that were taken from `unacked` before. */
  rejectAll(deliveries: readonly Delivery[]): void {
    for (const { queue, seq, consumer } of deliveries) {
      this.#release(consumer);
      queue.reject(seq);
    }
    this.#resumeWaiting();
  }

  /** Puts deliveries back into their queues, which were taken from `unacked` before. */
  requeueAll(deliveries: readonly Delivery[], how: ComeBack, beforeDelivery?: () => void): void {
    const queues = new Set<DeclaredQueue>();
    for (const { queue, seq, consumer } of deliveries) {
      this.#release(consumer);
      queue.requeue(seq, how);
      queues.add(queue);
    }
    beforeDelivery?.();
    this.#resumeWaiting();
    for (const queue of queues) queue.dispatch();
  }

  // Life

  /** Starts publisher confirms; they go out at the end of each turn. */
  selectConfirms(): void {
    this.confirms ??= new Confirms(() => this.connection.wakeChannel(this));
  }

  /** Starts transactions. */
  selectTransactions(): void {
    this.transaction ??= new Transaction(this);
  }

  /** Sends what gathered in this turn. */
  endTurn(): void {
    if (this.#closed) return;
    this.confirms?.flush(this.#ack, this.#nack);
    this.#sendNotices();
  }

  /** Ends the channel, whoever asked for it: consumers go, and what was not acknowledged returns to its queues. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timeouts.remove(this);
    const { vhost } = this.connection;
    if (this.replyConsumer !== undefined) vhost.replyTargets.remove(this.replyConsumer.name);
    const consumers = [...this.consumers.values()];
    this.consumers.clear();
    for (const consumer of consumers) consumer.queue.consumers.remove(consumer);
    this.transaction?.rollback();
    this.requeueAll(this.#collect(0, true), 'failed');
    for (const { queue } of consumers) vhost.consumerLeft(queue);
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
    this.send({ name: 'basic.ack', deliveryTag, multiple });
  };

  readonly #nack = (deliveryTag: number): void => {
    this.send({ name: 'basic.nack', deliveryTag, multiple: false, requeue: false });
  };

  readonly #settle = (queue: DeclaredQueue, seq: number, consumer: ChannelConsumer | undefined): void => {
    this.#release(consumer);
    queue.settle(seq);
  };

  /** The delivery no longer counts against its consumer's limits. */
  #release(consumer: ChannelConsumer | undefined): void {
    if (consumer === undefined) return;
    consumer.unacked--;
    this.#consumersUnacked--;
    if (consumer.active || consumer.released) return;
    consumer.released = true;
    this.#waiting.push(consumer);
  }

  /** Consumers that a limit held up go on; under a limit for all of them, any may. */
  #resumeWaiting(): void {
    const waiting = this.#waiting;
    const count = waiting.length;
    if (count === 0) return;
    for (let i = 0; i < count; i++) waiting.at(i).released = false;
    if (this.globalPrefetch > 0) this.resumeConsumers();
    let ordered = true;
    for (let i = 1; i < count; i++) ordered &&= waiting.at(i - 1).priority >= waiting.at(i).priority;
    if (ordered) for (let i = 0; i < count; i++) waiting.shift()!.resume();
    else resumeByPriority(Array.from({ length: count }, () => waiting.shift()!));
  }

  #take(tag: number, multiple: boolean, take: Take): void {
    if (multiple) {
      if (tag !== 0 && !this.unacked.has(tag)) throw unknownTag(tag);
      this.unacked.removeThrough(tag === 0 ? this.unacked.lastTag : tag, take);
    } else if (!this.unacked.remove(tag, take)) throw unknownTag(tag);
  }

  /** Collects deliveries that are to go back. Throws AmqpError where a queue does not take them; then they stay outstanding. */
  #takeBack(tag: number, multiple: boolean): Delivery[] {
    const deliveries = this.#collect(tag, multiple);
    try {
      for (const { queue } of deliveries) queue.checkTakeBack();
    } catch (error) {
      this.unacked.restore(deliveries);
      throw error;
    }
    return deliveries;
  }

  #collect(tag: number, multiple: boolean): Delivery[] {
    const deliveries: Delivery[] = [];
    this.#take(tag, multiple, (queue, seq, consumer, number, tick) => {
      deliveries.push({ tag: number, queue, seq, consumer, tick });
    });
    return deliveries;
  }
}

/** Who is resumed takes what is there: it is the others' turn only once those of a higher priority have their fill. */
function resumeByPriority(consumers: ChannelConsumer[]): void {
  for (const consumer of consumers.sort((a, b) => b.priority - a.priority)) consumer.resume();
}

function timedOut(channel: number, timeout: number): AmqpError {
  const text =
    `delivery acknowledgement on channel ${channel} timed out. Timeout value used: ${timeout} ms. ` +
    'This timeout value can be configured, see consumers doc guide to learn more';
  return new AmqpError('PRECONDITION_FAILED', text, { blameless: true });
}

function unknownTag(tag: number): AmqpError {
  return new AmqpError('PRECONDITION_FAILED', `unknown delivery tag ${tag}`);
}
