/**
 * A virtual host: its exchanges, queues and bindings, and the rules for declaring and deleting them, but for who may, and which names:
 * those are for the operations.
 * What is durable is told to the store in the same call.
 */
import type { RecoveredLog } from '../../store/stored-records.ts';
import { type QueueType, withDefaultType } from '../arguments/queue-type.ts';
import { checkQueueArguments } from '../arguments/queue-arguments.ts';
import { checkSameExchange, checkSameQueue } from './equivalence.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { Observer } from '../events/observer.ts';
import { VhostCounters } from '../events/vhost-counters.ts';
import { bindingOf, existingBinding } from './bindings.ts';
import * as errors from '../arguments/errors.ts';
import { type BindingSpec, isDurable } from '../routing/exchange/binding.ts';
import type { VhostChange } from './change.ts';
import {
  checkExchangeDeclaration,
  checkTypeArguments,
  type ExchangeDeclaration,
  keepsMessages,
} from './create-exchange.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { checkQueueLimit } from '../access/access-limits.ts';
import type { Message } from '../message/message.ts';
import type { PolicySubject } from '../policy/policy-subject.ts';
import { type PolicyVhost, VhostPolicies } from '../policy/vhost-policies.ts';
import type { DeclaredQueue, Owner, QueueOptions } from '../queue/declared-queue.ts';
import type { DeathInQueue, DyingQueue, Takers } from '../queue/queue-host.ts';
import { checkReplicatedDeclaration } from './replicated.ts';
import type { VhostRows } from '../../store/recovered-state.ts';
import type { Steps } from '../../util/steps.ts';
import { recoverLogs, recoverVhost } from './recover-vhost.ts';
import { bindingRemoval, exchangeRemoval, queuesRemoval } from './removal.ts';
import { ReplyTargets } from '../routing/reply-to.ts';
import type { Directory, Route } from '../routing/route.ts';
import { Routing } from './routing.ts';
import { type EntityHost, VhostEntities } from './vhost-entities.ts';
import type { ConfirmTracker, MessageTarget } from '../message/message-target.ts';
import type { Unreadable } from '../arguments/unreadable.ts';
import type { VhostNode } from './vhost-node.ts';

export class Vhost implements Directory, EntityHost, PolicyVhost {
  readonly name: string;
  readonly node: VhostNode;
  readonly replyTargets: ReplyTargets;
  readonly policies: VhostPolicies;
  readonly counters = new VhostCounters();
  observer: Observer | undefined;
  /** Type of queues that are declared without one. */
  defaultQueueType: QueueType | undefined;
  readonly #entities: VhostEntities;
  readonly #routing: Routing;
  #version = 0;
  #ended = false;

  constructor(name: string, node: VhostNode) {
    this.name = name;
    this.node = node;
    this.replyTargets = new ReplyTargets(node.chance, () => void this.#version++);
    this.#routing = new Routing(this, this.counters.exchanges);
    this.policies = new VhostPolicies(this, node);
    this.#entities = new VhostEntities(this);
    this.#entities.predeclare();
  }

  /** Rises with each change that may change a route. */
  get version(): number {
    return this.#version;
  }

  get exchanges(): IterableIterator<Exchange> {
    return this.#entities.exchanges;
  }

  get queues(): IterableIterator<DeclaredQueue> {
    return this.#entities.queues;
  }

  exchange(name: string): Exchange | undefined {
    return this.#entities.exchange(name);
  }

  queue(name: string): DeclaredQueue | undefined {
    return this.#entities.queue(name);
  }

  target(routingKey: string): MessageTarget | undefined {
    return this.#entities.queue(routingKey) ?? this.replyTargets.find(routingKey);
  }

  /** Throws AmqpError NOT_FOUND. */
  existingExchange(name: string): Exchange {
    return this.#entities.existingExchange(name);
  }

  /** Throws AmqpError NOT_FOUND, or RESOURCE_LOCKED if the queue is another connection's own. */
  existingQueue(name: string, owner: Owner): DeclaredQueue {
    return this.#entities.existingQueue(name, owner);
  }

  // What is declared: `by` is the name of the connection that asks for it, if one does.

  // Exchanges

  /** exchange.declare without passive. Throws AmqpError if the exchange cannot be, or is another. */
  declareExchange(declaration: ExchangeDeclaration, by?: string): void {
    const { name } = declaration;
    checkExchangeDeclaration(declaration, this.name);
    const current = this.#entities.exchange(name);
    if (current !== undefined) {
      checkSameExchange(declaration, current, this.name);
      return;
    }
    if (name.startsWith('amq.')) throw errors.reservedName('exchange', name);
    checkTypeArguments(declaration, this.node.chance);
    this.node.heapLimit.checkRoom();
    const logId = keepsMessages(declaration) && declaration.durable ? this.node.store.nextQueueId() : undefined;
    this.#commit([{ op: 'put-exchange', vhost: this.name, exchange: declaration, logId }], by);
  }

  /** exchange.delete; no error if there is none. */
  deleteExchange(name: string, ifUnused: boolean, by?: string): void {
    if (name.startsWith('amq.')) throw errors.systemExchange(name, this.name);
    const exchange = this.#entities.exchange(name);
    if (exchange === undefined) return;
    if (ifUnused && exchange.bound) throw errors.inUse('exchange', name, this.name);
    this.#commit(exchangeRemoval(this.#entities, exchange), by);
  }

  // Queues

  /** queue.declare without passive. Throws AmqpError if the queue cannot be, or is another. */
  declareQueue(asked: QueueOptions, by?: string): DeclaredQueue {
    const options = withDefaultType(asked, this.defaultQueueType);
    const { name, owner } = options;
    const current = this.#entities.queue(name);
    if (current !== undefined) {
      checkSameQueue(options, current, this.name);
      current.touch();
      this.node.counters.churn.queueDeclared++;
      return current;
    }
    checkQueueLimit(this.node.limits, this.name, name, this.#entities.queueCount);
    checkQueueArguments(options.arguments, name, this.name);
    checkReplicatedDeclaration(options, this.name);
    this.node.heapLimit.checkRoom();
    const stored = options.durable && owner === undefined;
    const id = stored ? this.node.store.nextQueueId() : 0;
    this.#commit([{ op: 'put-queue', vhost: this.name, queue: { ...options, durable: stored }, id }], by);
    this.node.counters.churn.queueDeclared++;
    return this.#entities.queue(name)!;
  }

  /** queue.delete: returns the number of messages that went with it and were at no consumer. */
  deleteQueue(queue: DeclaredQueue, ifUnused = false, ifEmpty = false, by?: string): number {
    queue.checkDelete(ifUnused, ifEmpty);
    // What waits to be retried is nobody's: it counts, as in a purge. RabbitMQ counts none of a stream.
    const messages = queue.type === 'stream' ? 0 : queue.ready + queue.delayed;
    this.#commit(queuesRemoval(this.#entities, [queue]), by);
    return messages;
  }

  /** A consumer of the queue left: an auto-delete queue goes with its last. */
  consumerLeft(queue: DeclaredQueue): void {
    if (queue.deleted) return;
    if (queue.autoDelete && queue.consumerCount === 0) this.deleteQueue(queue);
    else queue.consumerLeft();
  }

  /** Deletes the queues that are exclusive to a connection. */
  deleteExclusive(owner: Owner): void {
    const queues = this.#entities.exclusiveTo(owner);
    if (queues.length > 0) this.#commit(queuesRemoval(this.#entities, queues));
  }

  // Bindings

  /** Throws AmqpError NOT_FOUND for the source first, then for the destination. */
  bind(spec: BindingSpec, requester: Owner, by?: string): void {
    const binding = bindingOf(this.#entities, spec, requester);
    binding.source.validateBinding(binding);
    this.node.heapLimit.checkRoom();
    if (binding.source.binding(binding) !== undefined) return;
    const durable = isDurable(binding);
    this.#commit([{ op: 'put-binding', vhost: this.name, binding: spec, durable }], by);
    this.replay(spec);
  }

  /** Throws AmqpError RESOURCE_LOCKED. */
  isBound(spec: BindingSpec, requester: Owner): boolean {
    return existingBinding(this.#entities, spec, requester) !== undefined;
  }

  /** Gives what passed an exchange, and was kept there, to a new destination of it. */
  replay(spec: BindingSpec): void {
    const source = this.existingExchange(spec.source);
    const ends = spec.destinationKind === 'queue' ? this.queue(spec.destination) : this.exchange(spec.destination);
    if (ends !== undefined) this.#routing.replay({ ...spec, source, destination: ends });
  }

  /** No error if there is no such binding, nor if one of its ends is missing. */
  unbind(spec: BindingSpec, requester: Owner, by?: string): void {
    const binding = existingBinding(this.#entities, spec, requester);
    if (binding !== undefined) this.#commit(bindingRemoval(this.#entities, binding), by);
  }

  // Messages

  /** The way of a message as it was published, if it is remembered. */
  knownRoute(message: Message): Route | undefined {
    return this.#routing.known(message);
  }

  /** The way of a message from an exchange on. */
  route(exchange: Exchange, message: Message): Route {
    return this.#routing.route(exchange, message);
  }

  /** Hands a message to whatever its route leads to. Returns false if that is nothing. */
  publish(message: Message, route: Route, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    return this.#routing.publish(message, route, tracker, publishSeqNo);
  }

  /** See Routing.transfer. */
  transfer(message: Message, to: Exchange | DeclaredQueue): boolean {
    return this.#routing.transfer(message, to);
  }

  /** To be called before counters of exchanges and queues are read: they lack what was published last by one route. */
  settleCounts(): void {
    this.#routing.settleCounts();
  }

  /** What is left of a way that was found a while ago: see Routing.renew. */
  renew(route: Route): Route {
    return this.#routing.renew(route);
  }

  // QueueHost

  get deadLetterBurst(): boolean {
    return this.#routing.deadLetterBurst;
  }

  deadLetter(queue: DyingQueue, message: Message, seq: number, reason: DeathReason): void {
    try {
      this.#routing.deadLetter(queue, message, { seq, reason, at: this.node.timers.clock.now() });
    } catch (error) {
      this.discarded(queue.name, error);
    }
  }

  deadLetterSurely(queue: DyingQueue, message: Message, death: DeathInQueue, taken: Takers): boolean {
    return this.#routing.deadLetterSurely(queue, message, death, taken);
  }

  discarded(queue: string, reason: unknown): void {
    this.node.discarded('queue', queue, this.name, reason);
  }

  unreadable(what: Unreadable, name: string, reason: Error | undefined): void {
    this.node.unreadable(what, name, this.name, reason);
  }

  // ExchangeHost

  sendThrough(exchange: Exchange, message: Message): void {
    this.#routing.sendThrough(exchange, message);
  }

  lost(exchange: string, reason: unknown): void {
    this.node.discarded('exchange', exchange, this.name, reason);
  }

  // EntityHost

  added(entity: Exchange | DeclaredQueue): void {
    this.policies.applyTo(entity);
    if (entity.kind === 'exchange') this.routesChanged();
    else this.#version++;
  }

  queueLeaves(queue: DeclaredQueue): void {
    this.settleCounts();
    this.counters.queueEnded(queue);
    this.#version++;
    this.#routing.forgetQueue(queue.name);
  }

  routesChanged(): void {
    this.#version++;
    this.#routing.forget();
  }

  // PolicyVhost

  *policySubjects(): IterableIterator<PolicySubject> {
    yield* this.exchanges;
    yield* this.queues;
  }

  // Changes

  /** Takes what happened to its exchanges, queues and bindings, whoever did it. The store knows. */
  apply(change: VhostChange): void {
    this.#entities.apply(change);
  }

  /** Takes in what the store has of this vhost. Throws StoreError if it makes no sense. */
  recover(rows: VhostRows): Steps {
    return recoverVhost(this.#entities, rows, this.node);
  }

  /** Takes in what the store has of its logs. Throws StoreError if it makes no sense. */
  recoverLogs(rows: VhostRows, logs: ReadonlyMap<number, RecoveredLog>): Steps {
    return recoverLogs(this.#entities, rows, logs);
  }

  /** Ends all that is in it; what the store has of it goes with the vhost's row. Its connections are closed already. */
  end(): void {
    this.#ended = true;
    const { name: vhost } = this;
    const boundFrom: readonly string[] = [];
    for (const { name, id } of [...this.queues]) this.apply({ op: 'delete-queue', vhost, name, id, boundFrom });
    for (const { name, durable } of [...this.exchanges]) {
      this.apply({ op: 'delete-exchange', vhost, name, durable, boundFrom });
    }
  }

  /** Throws AmqpError NOT_FOUND for whoever was still at work here when it was deleted: another of its name is not meant. */
  #commit(changes: readonly VhostChange[], by?: string): void {
    if (this.#ended) throw errors.vhostDeleted(this.name);
    this.node.commit(changes, by);
  }
}
