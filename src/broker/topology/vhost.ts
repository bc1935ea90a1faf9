/**
 * A virtual host: its exchanges, queues and bindings, and the rules for declaring and deleting them.
 * What is durable is told to the store in the same call.
 */
import { encodeTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE } from '../../protocol/field-table.ts';
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { Store } from '../../store/store.ts';
import { type QueueType, withDefaultType } from '../arguments/queue-type.ts';
import { checkQueueArguments } from '../arguments/queue-arguments.ts';
import { checkSameExchange, checkSameQueue } from './equivalence.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { DiscardListener } from '../message/discarded.ts';
import type { BrokerCounters } from '../events/broker-counters.ts';
import type { Observer } from '../events/observer.ts';
import type { MessageSizes } from '../events/message-sizes.ts';
import { VhostCounters } from '../events/vhost-counters.ts';
import type { Timers } from '../scheduling/timers.ts';
import type { DelayContext } from '../delay/delayed-messages.ts';
import { Bindings, type BoundVhost } from './bindings.ts';
import * as errors from '../arguments/errors.ts';
import type { Binding, BindingSpec } from '../routing/exchange/binding.ts';
import {
  checkExchangeDeclaration,
  createExchange,
  type ExchangeDeclaration,
  type ExchangeHost,
} from './create-exchange.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { PREDECLARED } from '../routing/exchange/types.ts';
import type { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import type { TimeSlices } from '../scheduling/time-slices.ts';
import type { ThrottleSignal } from '../flow/publisher-throttle.ts';
import { checkQueueLimit, type AccessLimits } from '../access/access-limits.ts';
import type { MemoryBudget } from '../log/memory-budget.ts';
import type { Message } from '../message/message.ts';
import type { Parameters } from '../parameters/parameters.ts';
import type { PatternMatcher } from '../access/pattern-matcher.ts';
import type { Governed } from '../policy/governed.ts';
import { type GovernedVhost, VhostPolicies } from '../policy/vhost-policies.ts';
import { createQueue } from './create-queue.ts';
import type { DeclaredQueue, Owner, QueueOptions } from '../queue/declared-queue.ts';
import { ExclusiveQueues } from './exclusive-queues.ts';
import type { DyingQueue, QueueHost, Takers } from '../queue/queue-host.ts';
import type { QueueNoticeListener } from '../queue/queue-notice.ts';
import type { LogContext } from '../log/log.ts';
import { checkReplicatedDeclaration } from './replicated.ts';
import type { VhostRows } from '../../store/recovered-state.ts';
import { type RecoveringVhost, recoverVhost } from './recover-vhost.ts';
import { ReplyTargets } from '../routing/reply-to.ts';
import type { Directory, Route } from '../routing/route.ts';
import { Routing } from './routing.ts';
import type { ConfirmTracker, MessageTarget } from '../message/message-target.ts';
import type { Unreadable, UnreadableListener } from '../arguments/unreadable.ts';

/** What a vhost shares with the others of its node. */
export interface VhostContext extends LogContext {
  readonly parameters: Parameters;
  readonly patterns: PatternMatcher;
  readonly limits: AccessLimits;
  readonly heapLimit: V8HeapLimit;
  readonly timers: Timers;
  readonly throttleSignal: ThrottleSignal;
  readonly timeSlices: TimeSlices;
  readonly counters: BrokerCounters;
  nextQueueId(): number;
  readonly unreadable: UnreadableListener;
  readonly discarded: DiscardListener;
  readonly dangling: RecoveringVhost['dangling'];
  readonly notice: QueueNoticeListener;
}

export class Vhost implements Directory, QueueHost, ExchangeHost, BoundVhost, GovernedVhost {
  readonly name: string;
  readonly replyTargets = new ReplyTargets();
  readonly policies: VhostPolicies;
  readonly counters = new VhostCounters();
  readonly messageSizes: MessageSizes;
  observer: Observer | undefined;
  /** Type of queues that are declared without one. */
  defaultQueueType: QueueType | undefined;
  // What it has of its node for queues and bindings.
  readonly store: Store;
  readonly memory: MemoryBudget;
  readonly heapLimit: V8HeapLimit;
  readonly timers: Timers;
  readonly throttleSignal: ThrottleSignal;
  readonly timeSlices: TimeSlices;
  readonly delays: DelayContext;
  readonly notice: QueueNoticeListener;
  readonly #context: VhostContext;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #queues = new Map<string, DeclaredQueue>();
  readonly #exclusive = new ExclusiveQueues();
  readonly #routing: Routing;
  readonly #bindings = new Bindings(this);
  #version = 0;

  constructor(name: string, context: VhostContext) {
    this.name = name;
    this.delays = this.#context = context;
    ({ store: this.store, memory: this.memory, heapLimit: this.heapLimit, notice: this.notice } = context);
    ({ timers: this.timers, throttleSignal: this.throttleSignal, timeSlices: this.timeSlices } = context);
    this.messageSizes = context.counters.messageSizes;
    this.#routing = new Routing(this, context, this.counters.exchanges);
    for (const [exchange, type, internal] of PREDECLARED) {
      const options = { name: exchange, type, durable: true, autoDelete: false, internal, arguments: EMPTY_TABLE };
      this.#exchanges.set(exchange, createExchange(options, this));
    }
    this.policies = new VhostPolicies(this, context);
    for (const exchange of this.#exchanges.values()) this.policies.apply(exchange);
  }

  /** Rises with each change that may change a route. */
  get version(): number {
    return this.#version;
  }

  get exchanges(): IterableIterator<Exchange> {
    return this.#exchanges.values();
  }

  get queues(): IterableIterator<DeclaredQueue> {
    return this.#queues.values();
  }

  exchange(name: string): Exchange | undefined {
    return this.#exchanges.get(name);
  }

  queue(name: string): DeclaredQueue | undefined {
    return this.#queues.get(name);
  }

  sink(routingKey: string): MessageTarget | undefined {
    return this.#queues.get(routingKey) ?? this.replyTargets.find(routingKey);
  }

  /** Throws AmqpError NOT_FOUND. */
  existingExchange(name: string): Exchange {
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) throw errors.notFound('exchange', name, this.name);
    return exchange;
  }

  /** Throws AmqpError NOT_FOUND, or RESOURCE_LOCKED where the queue is another connection's own. */
  existingQueue(name: string, owner: Owner): DeclaredQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw errors.notFound('queue', name, this.name);
    if (queue.owner !== undefined && queue.owner !== owner) throw errors.locked(name, this.name);
    return queue;
  }

  // Exchanges

  /** exchange.declare without passive. Throws AmqpError where the exchange cannot be, or is another. */
  declareExchange(declaration: ExchangeDeclaration): void {
    const { name, type } = declaration;
    if (name === '') throw errors.defaultExchangeRefused();
    checkExchangeDeclaration(declaration, this.name);
    const current = this.#exchanges.get(name);
    if (current !== undefined) {
      checkSameExchange(declaration, current, this.name);
      return;
    }
    if (name.startsWith('amq.')) throw errors.reservedName('exchange', name);
    this.heapLimit.checkRoom();
    const exchange = createExchange(declaration, this);
    this.#addExchange(exchange);
    this.observer?.({ type: 'exchange-declared', vhost: this.name, exchange: name });
    if (!declaration.durable) return;
    const { autoDelete, internal } = declaration;
    const args = encodeTable(declaration.arguments);
    const logId = exchange.delayed?.logId;
    const record = { vhost: this.name, name, type, autoDelete, internal, arguments: args, logId };
    this.store.change({ op: 'put-exchange', record });
  }

  /** exchange.delete; no error where there is none. */
  deleteExchange(name: string, ifUnused: boolean): void {
    if (name === '') throw errors.defaultExchangeRefused();
    if (name.startsWith('amq.')) throw errors.systemExchange(name, this.name);
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) return;
    if (ifUnused && exchange.bound) throw errors.inUse('exchange', name, this.name);
    this.#bindings.remove(this.dropExchange(exchange));
  }

  // Queues

  /** queue.declare without passive. Throws AmqpError where the queue cannot be, or is another. */
  declareQueue(asked: QueueOptions): DeclaredQueue {
    const options = withDefaultType(asked, this.defaultQueueType);
    const { name, owner } = options;
    const current = this.#queues.get(name);
    if (current !== undefined) {
      checkSameQueue(options, current, this.name);
      current.touch();
      this.#context.counters.churn.queueDeclared++;
      return current;
    }
    checkQueueLimit(this.#context.limits, this.name, name, this.#queues.size);
    checkQueueArguments(options.arguments, name, this.name);
    checkReplicatedDeclaration(options, this.name);
    this.heapLimit.checkRoom();
    const stored = options.durable && owner === undefined;
    const id = stored ? this.#context.nextQueueId() : 0;
    const queue = this.#addQueue({ ...options, durable: stored }, id);
    this.observer?.({ type: 'queue-declared', vhost: this.name, queue: name });
    if (stored) {
      const { autoDelete } = options;
      const record = { id, vhost: this.name, name, autoDelete, arguments: encodeTable(options.arguments) };
      this.store.change({ op: 'put-queue', record });
    }
    this.#context.counters.churn.queueDeclared++;
    this.#context.counters.churn.queueCreated++;
    return queue;
  }

  /** queue.delete: returns the number of messages that went with it and were at no consumer. */
  deleteQueue(queue: DeclaredQueue, ifUnused = false, ifEmpty = false): number {
    queue.checkDelete(ifUnused, ifEmpty);
    // What waits to be retried is nobody's: it counts, as in a purge.
    const messages = queue.ready + queue.delayed;
    this.#queues.delete(queue.name);
    this.settleCounts();
    this.counters.queueEnded(queue);
    this.observer?.({ type: 'queue-deleted', vhost: this.name, queue: queue.name });
    this.#context.counters.churn.queueDeleted++;
    this.#exclusive.remove(queue);
    this.#version++;
    this.#bindings.remove([...queue.incoming]);
    this.#routing.forgetQueue(queue.name);
    if (queue.durable) this.store.change({ op: 'delete-queue', id: queue.id });
    queue.end();
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
    for (const queue of this.#exclusive.of(owner)) this.deleteQueue(queue);
  }

  // Bindings

  /** Throws AmqpError NOT_FOUND for the source first, then for the destination. */
  bind(spec: BindingSpec, requester: Owner): void {
    const binding = this.#bindings.bind(spec, requester);
    if (binding !== undefined) this.#routing.replay(binding);
  }

  /** No error where there is no such binding, nor where one of its ends is missing. */
  unbind(spec: BindingSpec, requester: Owner): void {
    this.#bindings.unbind(spec, requester);
  }

  // Messages

  /** The way of a message as it was published, where it is remembered. */
  knownRoute(message: Message): Route | undefined {
    return this.#routing.known(message);
  }

  /** The way of a message from an exchange on. */
  route(exchange: Exchange, message: Message): Route {
    return this.#routing.route(exchange, message);
  }

  /** Hands a message to whatever its route leads to. Returns false where that is nothing. */
  publish(message: Message, route: Route, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    return this.#routing.publish(message, route, tracker, publishSeqNo);
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

  deadLetter(queue: DyingQueue, message: Message, reason: DeathReason): void {
    try {
      this.#routing.deadLetter(queue, message, reason, this.timers.clock.now());
    } catch (error) {
      this.discarded(queue.name, error);
    }
  }

  deadLetterSurely(queue: DyingQueue, message: Message, reason: DeathReason, at: number, taken: Takers): boolean {
    return this.#routing.deadLetterSurely(queue, message, reason, at, taken);
  }

  discarded(queue: string, reason: unknown): void {
    this.#context.discarded('queue', queue, this.name, reason);
  }

  unreadable(what: Unreadable, name: string, reason: Error | undefined): void {
    this.#context.unreadable(what, name, this.name, reason);
  }

  // ExchangeHost

  nextLogId(): number {
    return this.#context.nextQueueId();
  }

  goOn(exchange: Exchange, message: Message): void {
    this.#routing.goOn(exchange, message);
  }

  lost(exchange: string, reason: unknown): void {
    this.#context.discarded('exchange', exchange, this.name, reason);
  }

  // BoundVhost

  dropExchange(exchange: Exchange): readonly Binding[] {
    this.#exchanges.delete(exchange.name);
    this.observer?.({ type: 'exchange-deleted', vhost: this.name, exchange: exchange.name });
    this.routesChanged();
    if (exchange.durable) this.store.change({ op: 'delete-exchange', vhost: this.name, name: exchange.name });
    exchange.delayed?.end();
    return [...exchange.bindings, ...exchange.incoming];
  }

  routesChanged(): void {
    this.#version++;
    this.#routing.forget();
  }

  // GovernedVhost

  *governed(): IterableIterator<Governed> {
    yield* this.#exchanges.values();
    yield* this.#queues.values();
  }

  // Recovery

  /** Takes in what the store has of this vhost. Throws StoreError where it makes no sense. */
  recover(rows: VhostRows, pagesOf: (queueId: number) => readonly RecoveredPage[]): void {
    recoverVhost(rows, pagesOf, {
      name: this.name,
      host: this,
      exchange: (name) => this.#exchanges.get(name),
      queue: (name) => this.#queues.get(name),
      addExchange: (exchange) => this.#addExchange(exchange),
      addQueue: (options, id) => this.#addQueue(options, id),
      dangling: this.#context.dangling,
    });
    this.routesChanged();
  }

  /** Ends the vhost: everything in it goes. Its connections are closed already. */
  end(): void {
    for (const queue of [...this.#queues.values()]) this.deleteQueue(queue);
    for (const { delayed } of this.#exchanges.values()) delayed?.end();
    this.#exchanges.clear();
    this.routesChanged();
  }

  #addExchange(exchange: Exchange): void {
    this.#exchanges.set(exchange.name, exchange);
    this.policies.apply(exchange);
    this.routesChanged();
  }

  #addQueue(options: QueueOptions, id: number): DeclaredQueue {
    const queue = createQueue(options, id, this.#context, this);
    this.#queues.set(queue.name, queue);
    this.#exclusive.add(queue);
    this.policies.apply(queue);
    this.#version++;
    return queue;
  }
}
