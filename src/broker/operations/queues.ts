/** Declaring, deleting and purging queues (AMQP 0-9-1 section 1.7; RabbitMQ: Queues, Access Control). */
import { noGetBesideConsumer, reservedName } from '../arguments/errors.ts';
import { isSet, textIn } from '../arguments/fields.ts';
import type { Store } from '../../store/store.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import { REPLY_TO } from '../routing/reply-to.ts';
import type { Actor } from './actor.ts';
import { isReplyName, newQueueName, resourceName } from './names.ts';
import { Receipt } from './receipt.ts';
import { checkDeclaration, type QueueDeclaration } from './version-rules.ts';

export type { QueueDeclaration };

export interface QueueState {
  readonly name: string;
  /** Messages that are ready. */
  readonly messageCount: number;
  readonly consumerCount: number;
}

/** The name is known at once; what the queue holds is part of the answer. */
export class QueueReceipt extends Receipt<QueueState> {
  readonly name: string;

  constructor(store: Store | undefined, state: QueueState) {
    super(store, state);
    this.name = state.name;
  }
}

/** Throws AmqpError if the queue cannot be, is another, or the actor may not. */
export function declareQueue(actor: Actor, declaration: QueueDeclaration): QueueReceipt {
  const { vhost } = actor;
  const asked = resourceName(declaration.name);
  // What is no queue is the name of a reply consumer.
  if (isReplyName(asked)) return inspectQueue(actor, asked);
  const name = asked === '' ? newQueueName(actor.vhost.node.chance) : asked;
  actor.check('configure', 'queue', name);
  if (asked.startsWith('amq.')) throw reservedName('queue', name);
  const { durable, exclusive, autoDelete, arguments: args } = declaration;
  const deadLetterExchange = textIn(args, 'x-dead-letter-exchange');
  if (deadLetterExchange !== undefined) {
    actor.check('read', 'queue', name);
    actor.check('write', 'exchange', deadLetterExchange);
  }
  checkDeclaration(actor, { ...declaration, name });
  const owner = exclusive ? actor.owner : undefined;
  const queue = vhost.declareQueue({ name, durable, autoDelete, owner, arguments: args }, actor.connection);
  return new QueueReceipt(vhost.node.store, stateOf(queue));
}

/** queue.declare with passive. Throws AmqpError NOT_FOUND or RESOURCE_LOCKED. */
export function inspectQueue(actor: Actor, name: string): QueueReceipt {
  const { vhost } = actor;
  const asked = resourceName(name);
  const isReply = asked === REPLY_TO || (isReplyName(asked) && vhost.replyTargets.find(asked) !== undefined);
  if (isReply) return new QueueReceipt(undefined, { name: asked, messageCount: 0, consumerCount: 1 });
  const queue = vhost.existingQueue(asked, actor.owner);
  queue.touch();
  return new QueueReceipt(undefined, stateOf(queue));
}

/** Throws AmqpError if the queue is not to be deleted so. The receipt tells how many messages went with it; none if there was no queue. */
export function deleteQueue(actor: Actor, name: string, ifUnused = false, ifEmpty = false): Receipt<number> {
  const { vhost } = actor;
  actor.check('configure', 'queue', name);
  const exists = vhost.queue(name) !== undefined;
  const remove = () => vhost.deleteQueue(vhost.existingQueue(name, actor.owner), ifUnused, ifEmpty, actor.connection);
  const count = exists ? remove() : 0;
  return new Receipt(vhost.node.store, count);
}

/** Removes the messages that are ready. Throws AmqpError NOT_FOUND and others. The receipt tells how many they were. */
export function purgeQueue(actor: Actor, name: string): Receipt<number> {
  const queue = readableQueue(actor, name);
  const { vhost } = actor;
  const messages = queue.purge();
  vhost.observer?.({ type: 'purged', vhost: vhost.name, queue: name, messages });
  return new Receipt(vhost.node.store, messages);
}

/** A queue whose messages the actor may have. Throws AmqpError ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED. */
export function readableQueue(actor: Actor, name: string): DeclaredQueue {
  actor.check('read', 'queue', name);
  return actor.vhost.existingQueue(name, actor.owner);
}

/** One whose messages it may have by asking for them one by one: those of some belong to their one active consumer. Throws what `readableQueue` throws. */
export function gettableQueue(actor: Actor, name: string): DeclaredQueue {
  const queue = readableQueue(actor, name);
  if (queue.type === 'quorum' && isSet(queue.arguments, 'x-single-active-consumer')) {
    throw noGetBesideConsumer(queue.name, actor.vhost.name);
  }
  return queue;
}

function stateOf({ name, ready, consumerCount }: DeclaredQueue): QueueState {
  return { name, messageCount: ready, consumerCount };
}
