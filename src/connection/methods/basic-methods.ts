/** Class basic but for publishing and basic.ack (AMQP 0-9-1 section 1.8; RabbitMQ: Consumers, Consumer Prefetch). */
import { isInteger } from '../../broker/arguments/field-equality.ts';
import { countGet } from '../../broker/events/counters.ts';
import { wants } from '../../broker/operations/version-rules.ts';
import { gettableQueue, readableQueue } from '../../broker/operations/queues.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import { REPLY_TO } from '../../broker/routing/reply-to.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { uniqueName } from '../../util/chance.ts';
import type { BasicConsume } from '../../protocol/generated/methods.ts';
import type { Channel } from '../channel/channel.ts';
import { ChannelConsumer, shortstr } from '../channel/channel-consumer.ts';
import { tellConsumer, tellDelivered } from '../channel/channel-events.ts';
import type { Wait } from '../lifecycle/pending-replies.ts';
import { giveBack, recover } from '../channel/give-back.ts';
import type { HandlersOf } from './handler-types.ts';
import { queueName } from './names.ts';

export const basicMethods: HandlersOf<'basic'> = {
  'basic.qos': (channel, { prefetchSize, prefetchCount, global }) => {
    if (prefetchSize !== 0) throw new AmqpError('NOT_IMPLEMENTED', `prefetch_size!=0 (${prefetchSize})`);
    // A limit for consumers lifts the one of the channel, as it does in RabbitMQ; the other way round both hold.
    const whole = global && wants(channel.connection.actor, 'global_qos', `channel ${channel.number}`);
    channel.credit.limit = whole ? prefetchCount : 0;
    if (!whole) channel.prefetch = prefetchCount;
    channel.send({ name: 'basic.qos-ok' });
    channel.resumeConsumers();
  },

  'basic.consume': (channel, method) => {
    const { consumerTag } = method;
    if (consumerTag !== '' && isTaken(channel, consumerTag)) {
      throw new AmqpError('NOT_ALLOWED', `attempt to reuse consumer tag '${consumerTag}'`);
    }
    const tag = consumerTag === '' ? `amq.ctag-${uniqueName(channel.connection.vhost.node.chance)}` : consumerTag;
    if (method.queue === REPLY_TO) consumeReplies(channel, method, tag);
    else consume(channel, method, tag);
  },

  'basic.cancel': (channel, { consumerTag, noWait }) => {
    const consumer = channel.consumers.get(consumerTag);
    const { vhost } = channel.connection;
    if (consumer !== undefined) {
      channel.consumers.delete(consumerTag);
      tellConsumer(channel, 'consumer-cancelled', consumer);
      consumer.queue.consumers.remove(consumer);
      vhost.consumerLeft(consumer.queue);
    } else if (channel.replyConsumer !== undefined && channel.replyConsumer.tag.equals(shortstr(consumerTag))) {
      vhost.replyTargets.remove(channel.replyConsumer.name);
      channel.replyConsumer = undefined;
    }
    if (!noWait) channel.send({ name: 'basic.cancel-ok', consumerTag });
  },

  'basic.cancel-ok': () => {
    // The answer to a cancellation by the server, which asks for none.
  },

  'basic.get': (channel, { queue: asked, noAck }) => {
    const { actor } = channel.connection;
    const queue = gettableQueue(actor, queueName(channel, asked));
    const wait = get(channel, queue, noAck);
    if (wait !== undefined) channel.goThrough(getLater(channel, queue.name, noAck, wait));
  },

  'basic.reject': (channel, { deliveryTag, requeue }) =>
    giveBack(channel, deliveryTag, false, requeue ? 'failed' : 'reject'),

  'basic.nack': (channel, { deliveryTag, multiple, requeue }) =>
    giveBack(channel, deliveryTag, multiple, requeue ? 'returned' : 'reject'),

  'basic.recover-async': (channel, { requeue }) => recoverIfRequeued(channel, requeue),

  'basic.recover': (channel, { requeue }) =>
    recoverIfRequeued(channel, requeue, () => channel.send({ name: 'basic.recover-ok' })),
};

/** Returns how to wait if the queue cannot answer yet. */
function get(channel: Channel, queue: DeclaredQueue, noAck: boolean): Wait | undefined {
  const { vhost, writer } = channel.connection;
  const got = queue.get(noAck, (message, seq, redelivered) => {
    const fitting = writer.fit(message);
    countGet(channel.counters, noAck, redelivered);
    countGet(channel.byQueue.of(queue), noAck, redelivered);
    if (vhost.observer !== undefined) tellDelivered(channel, queue, undefined, message, seq, noAck, redelivered);
    const tag = noAck ? channel.unacked.skip() : channel.noteDelivery(queue, seq, undefined);
    const left = noAck ? queue.ready - 1 : queue.ready;
    writer.getOk(channel.number, tag, redelivered, left, fitting);
  });
  if (got === false) {
    channel.counters.getEmpty++;
    channel.byQueue.of(queue).getEmpty++;
    channel.send({ name: 'basic.get-empty' });
  }
  return got === undefined ? (resume) => queue.whenAnswered(resume) : undefined;
}

/** Whether it may was asked at first; the queue may be gone meanwhile. */
function* getLater(channel: Channel, name: string, noAck: boolean, first: Wait): Generator<Wait> {
  const { vhost, actor } = channel.connection;
  const again = () => get(channel, vhost.existingQueue(name, actor.owner), noAck);
  for (let wait: Wait | undefined = first; wait !== undefined; wait = again()) yield wait;
}

function isTaken(channel: Channel, tag: string): boolean {
  return channel.consumers.has(tag) || channel.replyConsumer?.tag.equals(shortstr(tag)) === true;
}

function recoverIfRequeued(channel: Channel, requeue: boolean, answer?: () => void): void {
  if (!requeue) throw new AmqpError('NOT_IMPLEMENTED', 'requeue=false');
  recover(channel, answer);
}

function consume(channel: Channel, method: BasicConsume, tag: string): void {
  const { actor, vhost } = channel.connection;
  const queue = readableQueue(actor, queueName(channel, method.queue));
  const integer = (argument: string) => integerArgument(method.arguments, argument, queue.name, vhost.name);
  const priority = integer('x-priority') ?? 0;
  const timeout = integer('x-consumer-timeout');
  const { noAck, exclusive } = method;
  const { prefetch, credit } = channel;
  const asked = { tag, noAck, exclusive, priority, prefetch, arguments: method.arguments };
  channel.connection.broker.node.heapLimit.checkRoom();
  const consumer = new ChannelConsumer(queue, channel, queue.admit(asked, credit.limit), timeout);
  channel.consumers.set(tag, consumer);
  queue.consumers.add(consumer);
  tellConsumer(channel, 'consumer-added', consumer);
  if (!method.noWait) channel.send({ name: 'basic.consume-ok', consumerTag: tag });
  queue.activate(consumer);
}

function consumeReplies(channel: Channel, method: BasicConsume, tag: string): void {
  if (channel.replyConsumer !== undefined) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer already set');
  if (!method.noAck) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge');
  const name = channel.connection.vhost.replyTargets.add(channel);
  channel.replyConsumer = { tag: shortstr(tag), name };
  if (!method.noWait) channel.send({ name: 'basic.consume-ok', consumerTag: tag });
}

/** An argument of the consumer's; undefined if it is not there. */
function integerArgument(args: FieldTable, name: string, queue: string, vhost: string): number | undefined {
  const argument = args.get(name);
  if (argument === undefined) return undefined;
  if (isInteger(argument)) return Number(argument.value);
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}': "expected integer, got ${argument.type}"`,
  );
}
