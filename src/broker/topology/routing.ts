/** Messages on their way through a vhost: from an exchange to all that takes them, published, dead-lettered or replayed. */
import { CAPABILITIES } from '../arguments/queue-type.ts';
import { isCycle, makeDeadLetter } from '../message/dead-letter.ts';
import type { ExchangeCounters } from '../events/counters.ts';
import type { Observer } from '../events/observer.ts';
import type { Binding } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { Message } from '../message/message.ts';
import { type DeclaredQueue, isQueue } from '../queue/declared-queue.ts';
import type { DeathInQueue, DyingQueue, Takers } from '../queue/queue-host.ts';
import { type Directory, findRoute, type Route, routeTo } from '../routing/route.ts';
import { RouteCounts } from '../routing/route-counts.ts';
import { RouteCache } from '../routing/route-cache.ts';
import { furtherRoutingKeys, stripBcc } from '../message/routing-headers.ts';
import type { ConfirmTracker, MessageTarget } from '../message/message-target.ts';
import type { VhostNode } from './vhost-node.ts';

/** Dead letters that bring about one another in one call, before the rest is for another turn: there is no end of them if queues make circles. */
const DEAD_LETTERS_AT_ONCE = 64;
/** What a publisher may ask for before the others are heard: milliseconds in which ways are looked for, and queues that take its messages. */
const SEARCH_MS = 5;
const COPIES = 16_384;

/** The vhost, as messages find their way through it. */
export interface RoutedVhost extends Directory {
  readonly node: VhostNode;
  readonly name: string;
  readonly observer: Observer | undefined;
}

/** Hears whether a queue refuses a message. When it is on disk does not matter: what it came of leaves in the same batch. */
class Answer implements ConfirmTracker {
  refused = false;

  wait(): void {
    // Nobody waits.
  }

  confirmed(): void {
    // As above.
  }

  rejected(): void {
    this.refused = true;
  }
}

export class Routing {
  readonly #vhost: RoutedVhost;
  readonly #node: VhostNode;
  readonly #routes = new RouteCache();
  readonly #counts: RouteCounts;
  /** Letters that were sent since, and because of, the first of those that are being sent; and how many those are. */
  #deadLetters = 0;
  #depth = 0;
  #searched = 0;
  #copies = 0;

  /** `counters`: of all exchanges. */
  constructor(vhost: RoutedVhost, counters: ExchangeCounters) {
    this.#counts = new RouteCounts(counters);
    this.#vhost = vhost;
    this.#node = vhost.node;
  }

  /** The way of a message as it was published, if it was found before. */
  known({ route, routeStart, routeEnd }: Message): Route | undefined {
    return this.#routes.find(route, routeStart, routeEnd);
  }

  /** The way of a message from an exchange on: its own, or one that it came to. */
  route(exchange: Exchange, message: Message): Route {
    const known = this.known(message);
    if (known?.exchange === exchange) return known;
    const { routingKey } = message;
    const direct = exchange.name === '';
    const target = direct ? this.#vhost.target(routingKey) : undefined;
    const route =
      target === undefined ? this.#find(exchange, routingKey, undefined) : routeTo(target, exchange, routingKey);
    // A queue may be declared under a name that has none, and those who wait for replies come and go.
    const lasts = !direct || this.#vhost.queue(routingKey) !== undefined;
    if (lasts && message.exchange === exchange.name) {
      this.#routes.add(message.route, message.routeStart, message.routeEnd, route);
    }
    return route;
  }

  /** Exchanges or bindings have changed. */
  forget(): void {
    this.#routes.clear();
  }

  /** A queue is gone that was bound to no exchange any more: one way leads to it, if it is known. */
  forgetQueue(name: string): void {
    if (this.#routes.size === 0) return;
    const message = new Message();
    message.setRoute('', name);
    this.#routes.remove(message.route);
  }

  /** Hands a client's message to whatever its route leads to. Returns false if that is nothing. */
  publish(message: Message, route: Route, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    const way = this.#wayOf(message, route, tracker, publishSeqNo);
    this.#counts.count(way);
    return this.#send(message, way, tracker, publishSeqNo);
  }

  /** What was published is counted where it belongs. */
  settleCounts(): void {
    this.#counts.settle();
  }

  /** What is left of a way that was found a while ago: queues are known by their names, and some may be gone or others. */
  renew(route: Route): Route {
    const isGone = ({ deleted }: MessageTarget): boolean => deleted === true;
    if (!route.targets.some(isGone)) return route;
    const targets = route.targets.flatMap((target) =>
      isGone(target) ? (this.#vhost.target(target.name) ?? []) : target,
    );
    return { ...route, targets };
  }

  /** Routes a message from an exchange on where it waited, or was kept. */
  sendThrough(exchange: Exchange, message: Message): void {
    this.#send(message, this.#wayOf(message, this.route(exchange, message), undefined, 0), undefined, 0);
  }

  /** Sends what a queue discards to its dead letter exchange; a dead letter that would go round for ever goes nowhere. */
  deadLetter(queue: DyingQueue, message: Message, death: DeathInQueue): void {
    const exchange = this.#deadLetterExchange(queue);
    this.#tellDiscarded(queue, message, death, exchange !== undefined);
    if (exchange === undefined) return;
    this.#nested(() => {
      const { deadLetter, open, histories } = this.#deadLetterOf(queue, exchange, message, death);
      for (const history of histories) history.keep(deadLetter);
      if (open.length > 0) this.#hand(deadLetter, open, undefined, 0);
    });
  }

  /** See QueueHost.deadLetterSurely. What waits at a delayed exchange, and goes on from there, is taken. */
  deadLetterSurely(queue: DyingQueue, message: Message, death: DeathInQueue, taken: Takers): boolean {
    const exchange = this.#deadLetterExchange(queue);
    if (exchange === undefined) return false;
    return this.#nested(() => {
      const { deadLetter, open, histories, delays } = this.#deadLetterOf(queue, exchange, message, death);
      const before = taken.size;
      for (const target of open) if (!taken.has(target) && this.#takes(target, deadLetter)) taken.add(target);
      if (before === 0 && taken.size > 0) for (const history of histories) history.keep(deadLetter);
      const isDone = delays.length > 0 || (open.length > 0 && open.every((target) => taken.has(target)));
      if (isDone) this.#tellDiscarded(queue, message, death, true, true);
      return isDone;
    });
  }

  /**
   * Sends a message that leaves its queue if this is taken: to one other, or on from an exchange. Returns false if nobody takes it; a copy for
   * one that refuses it, beside others that do not, is lost as that of a message that is published.
   */
  transfer(message: Message, to: Exchange | DeclaredQueue): boolean {
    return this.#nested(() => {
      if ('accept' in to) return this.#takes(to, message);
      const way = this.#wayOf(message, this.route(to, message), undefined, 0);
      const { targets, histories, delays } = way;
      this.#tellRouted(message, way);
      const takers = targets.filter((target) => this.#takes(target, message)).length;
      if (takers > 0) for (const history of histories) history.keep(message);
      return takers > 0 || delays.length > 0;
    });
  }

  /** See QueueHost.deadLetterBurst. */
  get deadLetterBurst(): boolean {
    return this.#depth > 0 && (this.#deadLetters >= DEAD_LETTERS_AT_ONCE || !this.#node.timeSlices.hasTime());
  }

  /** Gives what passed an exchange, and was kept there, to a new destination of it. */
  replay({ source, destination }: Binding): void {
    for (const message of source.history?.replay() ?? []) {
      if (destination.kind === 'queue') this.#hand(message, [destination], undefined, 0);
      else this.sendThrough(this.#vhost.exchange(destination.name)!, message);
    }
  }

  #deadLetterExchange({ settings: { deadLetterExchange: name } }: DyingQueue): Exchange | undefined {
    return name === undefined ? undefined : this.#vhost.exchange(name);
  }

  /** Dead letters may bring about others: see QueueHost.deadLetterBurst. */
  #nested<Result>(send: () => Result): Result {
    this.#deadLetters = this.#depth++ === 0 ? 1 : this.#deadLetters + 1;
    try {
      return send();
    } finally {
      this.#depth--;
    }
  }

  /** The dead letter and its way, without the queues to which it would go round for ever. */
  #deadLetterOf(
    { name: queue, settings }: DyingQueue,
    exchange: Exchange,
    message: Message,
    { reason, at }: DeathInQueue,
  ) {
    const { deadLetterRoutingKey } = settings;
    const death = { queue, reason, at, deadLetterExchange: exchange.name, deadLetterRoutingKey };
    const deadLetter = makeDeadLetter(message, death);
    const way = this.#wayOf(deadLetter, this.route(exchange, deadLetter), undefined, 0);
    const { targets, histories, delays } = way;
    this.#tellRouted(deadLetter, way);
    const isOpen = (target: MessageTarget): boolean =>
      reason === 'rejected' ||
      !(isQueue(target) && CAPABILITIES[target.type].deadLetters && isCycle(deadLetter, target.name));
    return { deadLetter, open: targets.filter(isOpen), histories, delays };
  }

  /** Gives a dead letter to one of several. Returns false if it refuses it. */
  #takes(target: MessageTarget, deadLetter: Message): boolean {
    const answer = new Answer();
    this.#hand(deadLetter, [target], answer, 0);
    return !answer.refused;
  }

  #send(message: Message, way: Route, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    const { targets, histories, delays } = way;
    this.#tellRouted(message, way);
    for (let i = 0; i < histories.length; i++) histories[i].keep(message);
    if (targets.length === 0) return delays.length > 0;
    this.#hand(message, targets, tracker, publishSeqNo);
    return true;
  }

  #tellRouted(message: Message, { exchange, targets }: Route): void {
    const { observer, name: vhost } = this.#vhost;
    if (observer === undefined) return;
    const queues = targets.flatMap((target) => (isQueue(target) ? target.name : []));
    observer({ type: 'routed', vhost, message, exchange: exchange.name, queues });
  }

  #tellDiscarded(
    queue: DyingQueue,
    message: Message,
    { seq, reason }: DeathInQueue,
    deadLettered: boolean,
    confirmed = false,
  ): void {
    queue.counters.discard(reason, deadLettered, confirmed);
    const { observer, name: vhost } = this.#vhost;
    const type = deadLettered ? 'dead-lettered' : 'dropped';
    observer?.({ type, vhost, queue: queue.name, message, seq, reason });
  }

  #hand(
    message: Message,
    targets: readonly MessageTarget[],
    tracker: ConfirmTracker | undefined,
    publishSeqNo: number,
  ): void {
    const { persistent } = message;
    this.#node.bodies.share(message, targets.length);
    for (let i = 0; i < targets.length; i++) {
      try {
        targets[i].accept(message, persistent, tracker, publishSeqNo);
      } catch (error) {
        // The others are to have it, and the publisher goes on.
        tracker?.rejected(publishSeqNo);
        this.#node.discarded('destination', targets[i].name, this.#vhost.name, error);
      }
    }
    this.#copies += targets.length - 1;
    if (this.#copies < COPIES) return;
    this.#copies = 0;
    this.#node.throttleSignal.raise();
  }

  #find(exchange: Exchange, routingKey: string, message: Message | undefined, further?: readonly string[]): Route {
    const began = this.#node.clock.elapsed();
    const route = findRoute(this.#vhost, exchange, routingKey, message, further);
    this.#searched += this.#node.clock.elapsed() - began;
    if (this.#searched >= SEARCH_MS) {
      this.#searched = 0;
      this.#node.throttleSignal.raise();
    }
    return route;
  }

  /**
   * The message's own way, if the remembered one is not all there is to it. If it is to wait it does so with all of its
   * routing keys; further on nobody sees BCC.
   */
  #wayOf(message: Message, route: Route, tracker: ConfirmTracker | undefined, publishSeqNo: number): Route {
    const further = furtherRoutingKeys(message);
    if (further.length === 0 && !route.perMessage) return route;
    return this.#ownWay(message, route, further, tracker, publishSeqNo);
  }

  #ownWay(
    message: Message,
    route: Route,
    further: readonly string[],
    tracker: ConfirmTracker | undefined,
    publishSeqNo: number,
  ): Route {
    const way = this.#find(route.exchange, route.routingKey, message, further);
    if (way.delays.length > 0) this.#hand(message, way.delays, tracker, publishSeqNo);
    if (further.length > 0) stripBcc(message);
    return way;
  }
}
