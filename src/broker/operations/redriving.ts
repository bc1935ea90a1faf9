/**
 * Moving messages of a queue on to where they are wanted, such as dead letters back to the queues that they came from. A message leaves its
 * queue in the batch of the store in which another takes it: whatever happens meanwhile, it is here or there. What no queue takes stays.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { textIn } from '../arguments/fields.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { NOT_YET } from '../log/message-log.ts';
import { deathsOf } from '../message/dead-letter.ts';
import type { Message } from '../message/message.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { Job, JobState } from '../scheduling/jobs.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import { TimerEntry } from '../scheduling/timers.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { Vhost } from '../topology/vhost.ts';
import type { Actor } from './actor.ts';
import { type MessageFilter, type Place, Walk } from './message-walk.ts';
import { writableExchange } from './publishing.ts';
import { readableQueue } from './queues.ts';

export interface RedriveRequest extends Omit<MessageFilter, 'state'> {
  /** Where they go; undefined: each to the queue in which it died last (x-death), as it was published there. */
  readonly destination:
    { readonly exchange: string; /** Undefined: its own. */ readonly routingKey: string | undefined } | undefined;
  /** Messages that are moved at most. */
  readonly count: number;
  /** Messages a second; Infinity for as many as there is time for. */
  readonly rate: number;
}

/**
 * Begins to move messages. Those count that are ready, and that are there now. Returns the number of the job. Throws AmqpError if the actor may
 * not take messages of the queue or publish to the destination, or there is no such thing.
 */
export function startRedrive(node: BrokerNode, actor: Actor, name: string, request: RedriveRequest): number {
  const source = readableQueue(actor, name);
  if (source.type === 'stream') throw new ChangeError('invalid', `nothing can be taken out of stream '${name}'`);
  const exchange = writableExchange(actor, request.destination?.exchange ?? '');
  const redrive = new Redrive(actor, source, exchange, request);
  const id = node.jobs.add(redrive);
  actor.vhost.node.timeSlices.add(redrive);
  return id;
}

export class Redrive implements Job, SlicedTask, LogWaiter {
  readonly writes = true;
  readonly #actor: Actor;
  readonly #source: DeclaredQueue;
  readonly #request: RedriveRequest;
  /** Messages that there were, those of them that were looked at, and what became of these: the others were not asked for. */
  readonly #total: number;
  #examined = 0;
  #moved = 0;
  /** They were asked for, and stay: no queue takes them, or the actor may not send them there. */
  #left = 0;
  #error: string | undefined;
  readonly #exchange: Exchange;
  readonly #walk: Walk;
  readonly #began: number;
  readonly #timer: TimerEntry;
  #state: JobState = 'running';

  constructor(actor: Actor, source: DeclaredQueue, exchange: Exchange, request: RedriveRequest) {
    const { timers, timeSlices } = actor.vhost.node;
    this.#actor = actor;
    this.#source = source;
    this.#request = request;
    this.#total = source.ready + source.unacked + source.delayed;
    this.#exchange = exchange;
    this.#walk = new Walk(source.log, undefined, this);
    this.#began = timers.clock.elapsed();
    this.#timer = new TimerEntry('redrive', source, () => timeSlices.do(this));
  }

  get state(): JobState {
    return this.#state;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get vhost(): string {
    return this.#actor.vhost.name;
  }

  get user(): string {
    return this.#actor.user;
  }

  get description(): string {
    const messages = `Move messages of queue '${this.#source.name}'`;
    if (this.#request.destination === undefined) return `${messages} back to the queues that they died in`;
    const { exchange, routingKey } = this.#request.destination;
    return `${messages} to exchange '${exchange}'${routingKey === undefined ? '' : ` by routing key '${routingKey}'`}`;
  }

  get progress(): Job['progress'] {
    return { messages: this.#total, examined: this.#examined, moved: this.#moved, left: this.#left };
  }

  cancel(): void {
    this.#end('cancelled');
  }

  step(): boolean {
    if (this.#state !== 'running') return false;
    try {
      return this.#step();
    } catch (error) {
      this.unreadable(error as Error);
      return false;
    }
  }

  // LogWaiter

  loaded(): void {
    this.#actor.vhost.node.timeSlices.do(this);
  }

  unreadable(reason: Error): void {
    if (this.#state === 'running') this.#error = reason.message;
    this.#end('failed');
  }

  #step(): boolean {
    if (this.#source.deleted) throw new ChangeError('not-found', `queue '${this.#source.name}' is deleted`);
    const early = this.#msUntilNext;
    if (early > 0) {
      const { timers } = this.#actor.vhost.node;
      timers.set(this.#timer, timers.clock.now() + early);
      return false;
    }
    // What this brings back to the queue is behind what there was.
    const isDone = this.#moved >= this.#request.count || this.#examined >= this.#total;
    const place = isDone ? undefined : this.#walk.next();
    if (place === NOT_YET) return false;
    if (place === undefined) {
      this.#end('completed');
      return false;
    }
    return this.#look(place);
  }

  /** The first message goes at once. */
  get #msUntilNext(): number {
    const due = this.#began + (this.#moved * 1000) / this.#request.rate;
    return due - this.#actor.vhost.node.timers.clock.elapsed();
  }

  /** Returns false if its body is not here yet. */
  #look(place: Place): boolean {
    const message = place.matching({ ...this.#request, state: 'ready' }, this);
    if (message === NOT_YET) {
      this.#walk.again();
      return false;
    }
    this.#examined++;
    if (message === undefined) return true;
    if (this.#source.transfer(place.position, (letter) => this.#send(letter))) this.#moved++;
    else this.#left++;
    return true;
  }

  /** Returns false if it stays. */
  #send(message: Message): boolean {
    const { vhost } = this.#actor;
    try {
      const { destination } = this.#request;
      if (destination === undefined) return sendBack(vhost, message);
      const key = destination.routingKey ?? message.routingKey;
      this.#actor.checkTopic('write', this.#exchange, key);
      message.setRoute(this.#exchange.name, key);
      return vhost.transfer(message, vhost.existingExchange(this.#exchange.name));
    } catch (error) {
      if (error instanceof AmqpError) return false;
      throw error;
    }
  }

  #end(state: JobState): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    this.#actor.vhost.node.timers.set(this.#timer, Infinity);
  }
}

/** To the queue in which the message died last, by the exchange and routing key that it had there. Returns false if there is none that takes it. */
function sendBack(vhost: Vhost, message: Message): boolean {
  const [{ entry } = { entry: undefined }] = deathsOf(message);
  if (entry === undefined) return false;
  const queue = vhost.queue(textIn(entry, 'queue') ?? '');
  if (queue === undefined) return false;
  const keys = entry.get('routing-keys');
  const [key] = keys?.type === 'array' ? keys.value : [];
  const routingKey = key?.type === 'longstr' ? key.value.toString() : message.routingKey;
  message.setRoute(textIn(entry, 'exchange') ?? message.exchange, routingKey);
  return vhost.transfer(message, queue);
}
