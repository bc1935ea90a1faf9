/** One client with three channels does to a real broker and to its model the same, and looks whether it sees the same. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { findRoute } from '../../src/broker/routing/route.ts';
import { fromFieldTable } from '../../src/codec/field-table.ts';
import { type AmqpChannel, AmqpClient, type Received } from '../support/amqp-client/index.ts';
import { HandClock } from '../support/hand-clock.ts';
import { ClockedBroker } from '../support/recovery/clocked-broker.ts';
import { Ambiguous, type Choices } from './broker.choices.ts';
import { BrokerModel } from './broker.model.ts';
import { CHANNELS, type ConsumeStep, EXCHANGES, type PublishStep, type Step } from './broker.steps.ts';
import { inOrder, mayConsume, mayGet, type MessageModel, type Shown } from './queue.model.ts';

const CONTROL = 9;
const WITHOUT_CONFIRMS = 3;
const FIRST_MOMENT = 1_700_000_000_000;

interface Seen extends Shown {
  readonly tag: number;
}

export class Comparison {
  readonly #folder: string;
  readonly #late: number | undefined;
  readonly #clock = new HandClock(FIRST_MOMENT);
  readonly #model: BrokerModel;
  #broker!: ClockedBroker;
  #client!: AmqpClient;
  readonly #channels = new Map<number, AmqpChannel>();
  /** What the client received in this step. */
  #seen: Seen[] = [];
  /** By channel, what was confirmed: true where it was refused. */
  readonly #confirmed = new Map<number, Map<number, boolean>>();
  readonly #queueOf = new Map<string, string>();
  #starts = 0;
  #numbers = 0;

  /** `late`: a seed, if the broker's store is to answer reads some turns later. */
  constructor(folder: string, late: number | undefined) {
    this.#folder = folder;
    this.#late = late;
    const choices: Choices = {
      consumer: (queue, nth) => this.#delivered(queue)[nth]?.consumer,
      order: (queues, exchange, keys) => this.#order(queues, exchange, keys),
    };
    this.#model = new BrokerModel(FIRST_MOMENT, choices);
  }

  async start(alternates: Readonly<Record<string, string | undefined>>): Promise<void> {
    this.#broker = await ClockedBroker.start(join(this.#folder, '0'), this.#clock, { late: this.#late });
    await this.#connect();
    for (const [exchange, type] of Object.entries(EXCHANGES)) {
      const alternate = alternates[exchange];
      const args = alternate === undefined ? {} : { 'alternate-exchange': alternate };
      await this.#control.call('exchange.declare', { exchange, type, durable: true, arguments: args });
      this.#model.topology.declareExchange({ name: exchange, type, durable: true, autoDelete: false, alternate });
    }
  }

  /** The broker closes the connection; its client answers by leaving. */
  async stop(): Promise<void> {
    const stopped = this.#broker.stop();
    this.#client.destroy();
    await stopped;
  }

  async apply(step: Step): Promise<void> {
    this.#model.shown = [];
    this.#model.accepted = this.#model.died = 0;
    this.#seen = [];
    const before = this.#broker;
    const { answeredLater } = before;
    const model = await this.#do(step);
    await this.#settled();
    model();
    this.#model.pass(0);
    const isLate = this.#broker.answeredLater > (this.#broker === before ? answeredLater : 0);
    // What dies when it is here at last comes behind what was published meanwhile, or has a later moment.
    if (isLate && this.#model.died > 0 && (this.#model.accepted > 1 || step.op === 'pass')) throw new Ambiguous();
    this.#compare();
    if (this.#late === undefined) return;
    await this.#broker.committed();
    this.#broker.forget();
  }

  /** All that is left in the queues, in order, and confirmed what is to be confirmed. */
  async drain(): Promise<void> {
    await this.apply({ op: 'reconnect' });
    for (const { name } of this.#model.queues) {
      const taking = { channel: WITHOUT_CONFIRMS, queue: name, noAck: true };
      for (let queue = this.#model.queue(name); (queue?.entries.length ?? 0) > 0; queue = this.#model.queue(name)) {
        if (mayGet(queue!)) await this.apply({ op: 'get', ...taking });
        else await this.apply({ op: 'consume', consume: { ...taking, exclusive: false, priority: 0, prefetch: 0 } });
      }
    }
    expect(this.#broker.faults).toEqual([]);
  }

  /** Does it to the broker, and returns how to do it to the model. */
  async #do(step: Step): Promise<() => void> {
    const model = this.#model;
    switch (step.op) {
      case 'declare': {
        const { name, durable, exclusive, autoDelete, arguments: args } = model.queue(step.queue.name) ?? step.queue;
        await this.#control.call('queue.declare', { queue: name, durable, exclusive, autoDelete, arguments: args });
        return () => model.declareQueue(step.queue);
      }
      case 'delete':
      case 'purge': {
        const queue = model.queue(step.queue);
        if (queue === undefined) break;
        const name = `queue.${step.op}` as const;
        const { messageCount } = await this.#control.call(name, { queue: step.queue });
        expect(messageCount).toBe(model.ready(queue).length);
        return () => (step.op === 'delete' ? model.deleteQueue(queue) : model.purge(queue));
      }
      case 'bind':
      case 'unbind': {
        const { source, kind, destination, key: routingKey } = step.binding;
        if (kind === 'queue' && model.queue(destination) === undefined) break;
        if (kind === 'queue') {
          await this.#control.call(`queue.${step.op}`, { queue: destination, exchange: source, routingKey });
        } else await this.#control.call(`exchange.${step.op}`, { destination, source, routingKey });
        return () => void model.topology[step.op](step.binding, 0);
      }
      case 'policy': {
        const { kind, ...policy } = step.policy;
        this.#broker.vhost.policies.put(kind, { ...policy, applyTo: 'queues' });
        return () => model.putPolicy(step.policy);
      }
      case 'clear-policy':
        this.#broker.vhost.policies.delete(step.name === 'o0' ? 'operator_policy' : 'policy', step.name);
        return () => model.deletePolicy(step.name);
      case 'publish':
        return this.#publish(step.publish);
      case 'consume':
        return this.#consume(step.consume);
      case 'cancel': {
        const consumers = model.queues.flatMap((queue) => queue.consumers);
        if (consumers.length === 0) break;
        const consumer = consumers[step.nth % consumers.length];
        this.#channel(consumer.channel).send('basic.cancel', { consumerTag: consumer.tag });
        return () => model.cancel(consumer);
      }
      case 'get': {
        const queue = model.queue(step.queue);
        if (queue === undefined || !mayGet(queue)) break;
        this.#channel(step.channel).send('basic.get', { queue: step.queue, noAck: step.noAck });
        return () => model.get(queue, step.channel, step.noAck);
      }
      case 'settle': {
        if (model.unacked.length === 0) break;
        const { channel, tag: deliveryTag } = model.unacked[step.nth % model.unacked.length];
        const { how, multiple } = step;
        const chosen = model.unacked.filter(
          (other) => other.channel === channel && (multiple ? other.tag <= deliveryTag : other.tag === deliveryTag),
        );
        if (how === 'ack') this.#channel(channel).ack(deliveryTag, multiple);
        else this.#channel(channel).nack(deliveryTag, { multiple, requeue: how === 'requeue' });
        return () => model.settle(inOrder(chosen), how);
      }
      case 'close':
        await this.#sync();
        this.#channel(step.channel).send('channel.close', { replyCode: 200, replyText: 'bye' });
        await this.#sync();
        this.#confirmed.delete(step.channel);
        await this.#open(step.channel);
        return () => model.closeChannel(step.channel);
      case 'recover':
        this.#channel(step.channel).send('basic.recover', { requeue: true });
        return () => {
          model.settle(inOrder(model.unacked.filter(({ channel }) => channel === step.channel)), 'requeue');
        };
      case 'pass':
        this.#clock.pass(step.ms);
        return () => model.pass(step.ms);
      case 'commit':
        return () => undefined;
      case 'reconnect':
        await this.#client.close();
        await this.#connect();
        return () => model.closeConnection(CHANNELS);
      case 'stop':
        await this.#committed();
        await this.stop();
        await this.#restart(this.#broker.folder);
        return () => {
          model.closeConnection(CHANNELS);
          model.restart();
        };
      case 'kill': {
        await this.#committed();
        const left = join(this.#folder, String(++this.#starts));
        this.#broker.copyTo(left);
        this.#client.destroy();
        // What it does from now on is done in the folder that nobody looks at any more.
        await this.#broker.stop();
        await this.#restart(left);
        return () => model.restart();
      }
    }
    return () => undefined;
  }

  #publish(step: PublishStep): () => void {
    const { channel, exchange, key, mandatory, persistent, priority, expiration, headers } = step;
    const messages: MessageModel[] = [];
    for (let n = 0; n < step.count; n++) {
      const body = `m${++this.#numbers}`.padEnd(step.size, '.');
      messages.push({ body, exchange, key, persistent, priority, expiration, headers });
      const deliveryMode = persistent ? 2 : 1;
      const given = { ...(priority !== undefined && { priority }), ...(expiration !== undefined && { expiration }) };
      this.#channel(channel).publish(key, body, { exchange, mandatory, deliveryMode, headers, ...given });
    }
    return () => {
      for (const message of messages) {
        const routed = this.#model.publish(message, channel === WITHOUT_CONFIRMS ? undefined : channel);
        if (!routed && mandatory) this.#model.returned(channel, message);
      }
    };
  }

  #consume({ channel, queue: name, noAck, exclusive, priority, prefetch }: ConsumeStep): () => void {
    const queue = this.#model.queue(name);
    if (queue === undefined || !mayConsume(queue, exclusive)) return () => undefined;
    const tag = `c${++this.#numbers}`;
    this.#queueOf.set(tag, name);
    const alone = exclusive && queue.arguments['x-queue-type'] !== 'quorum';
    const consumer = { tag, channel, queue, noAck, exclusive: alone, priority, prefetch, unacked: 0, held: false };
    const to = this.#channel(channel);
    to.send('basic.qos', { prefetchCount: prefetch });
    to.send('basic.consume', {
      queue: name,
      consumerTag: tag,
      noAck,
      exclusive,
      arguments: { 'x-priority': priority },
    });
    return () => this.#model.consume(consumer);
  }

  get #control(): AmqpChannel {
    return this.#channels.get(CONTROL)!;
  }

  #channel(number: number): AmqpChannel {
    return this.#channels.get(number)!;
  }

  async #connect(): Promise<void> {
    this.#client = await AmqpClient.connect(this.#broker.url);
    this.#client.inbox.onReceived = (channel, received) => this.#receive(channel, received);
    this.#confirmed.clear();
    for (const number of [...CHANNELS, CONTROL]) await this.#open(number);
    this.#seen = [];
  }

  async #open(number: number): Promise<void> {
    // What nobody takes from the inbox was heard when it came.
    this.#client.inbox.takeAll(number);
    const channel = await this.#client.channel(number);
    this.#channels.set(number, channel);
    if (number !== CONTROL && number !== WITHOUT_CONFIRMS) await channel.call('confirm.select');
  }

  async #restart(folder: string): Promise<void> {
    this.#broker = await ClockedBroker.start(folder, this.#clock, { late: this.#late });
    await this.#connect();
  }

  /** Everything that the client said was done, and everything that came of it was received. */
  async #sync(): Promise<void> {
    await this.#control.call('exchange.declare', { exchange: 'amq.direct', passive: true });
  }

  async #settled(): Promise<void> {
    // Publishes of all channels come before this: there is one socket.
    await this.#sync();
    this.#clock.pass(0);
    await this.#sync();
    for (let answered = NaN; answered !== this.#broker.answeredLater;) {
      answered = this.#broker.answeredLater;
      await this.#broker.answered();
      this.#clock.pass(0);
      await this.#sync();
    }
  }

  /** All is on disk, and so everybody has heard of everything that he published. */
  async #committed(): Promise<void> {
    await this.#broker.committed();
    await this.#sync();
    for (const [channel, refused] of this.#model.refused) {
      const confirmed = [...(this.#confirmed.get(channel) ?? [])].sort(([a], [b]) => a - b);
      expect(confirmed, `confirms of channel ${channel}`).toEqual(refused.map((each, n) => [n + 1, each]));
    }
  }

  #receive(channel: number, { method, content }: Received): void {
    if (channel === CONTROL) return;
    const message = (): MessageModel => {
      const { exchange, routingKey: key } = method as { exchange: string; routingKey: string };
      const { deliveryMode, priority, expiration, headers } = content!.properties;
      const plain = headers === undefined ? {} : fromFieldTable(headers);
      const body = content!.body.toString();
      return { body, exchange, key, persistent: deliveryMode === 2, priority, expiration, headers: plain };
    };
    const none = { channel, queue: '', consumer: '', redelivered: false, tag: 0, message: undefined };
    switch (method.name) {
      case 'basic.deliver': {
        const { consumerTag: consumer, redelivered, deliveryTag: tag } = method;
        const queue = this.#queueOf.get(consumer)!;
        this.#seen.push({ what: 'deliver', channel, queue, consumer, redelivered, tag, message: message() });
        break;
      }
      case 'basic.get-ok':
        this.#seen.push({
          ...none,
          what: 'get',
          redelivered: method.redelivered,
          tag: method.deliveryTag,
          message: message(),
        });
        break;
      case 'basic.return':
        this.#seen.push({ ...none, what: 'return', message: message() });
        break;
      case 'basic.cancel': {
        const { consumerTag: consumer } = method;
        this.#seen.push({ ...none, what: 'cancel', consumer, queue: this.#queueOf.get(consumer)! });
        break;
      }
      case 'basic.ack':
      case 'basic.nack':
        this.#confirm(channel, method.deliveryTag, method.multiple, method.name === 'basic.nack');
        break;
      case 'channel.close':
        throw new Error(`channel ${channel} was closed: ${method.replyText}`);
      default:
        break;
    }
  }

  #confirm(channel: number, upTo: number, multiple: boolean, refused: boolean): void {
    const confirmed = this.#confirmed.get(channel) ?? new Map<number, boolean>();
    this.#confirmed.set(channel, confirmed);
    if (!multiple && confirmed.has(upTo)) throw new Error(`${upTo} was confirmed twice`);
    for (let number = multiple ? 1 : upTo; number <= upTo; number++) {
      if (!confirmed.has(number)) confirmed.set(number, refused);
    }
  }

  #delivered(queue: string): Seen[] {
    return this.#seen.filter((seen) => seen.what === 'deliver' && seen.queue === queue);
  }

  #order(queues: ReadonlySet<string>, exchange: string, [key, ...further]: readonly string[]): string[] {
    if (queues.size < 2) return [...queues];
    const { vhost } = this.#broker;
    const { targets } = findRoute(vhost, vhost.exchange(exchange)!, key, undefined, further);
    const names = targets.map((target) => (target as { name?: string }).name ?? '');
    const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
    return [...queues].sort((a, b) => place(a) - place(b));
  }

  #compare(): void {
    const model = this.#model;
    this.#compareDeliveries();
    for (const what of ['get', 'return', 'cancel'] as const) {
      const of = (all: readonly Shown[]): unknown[] =>
        all
          .filter((one) => one.what === what)
          .map(({ channel, consumer, redelivered, message }) => ({ channel, consumer, redelivered, message }))
          .sort((a, b) => a.channel - b.channel || (a.consumer < b.consumer ? -1 : 1));
      expect(of(this.#seen), what).toEqual(of(model.shown));
    }
    const got = this.#seen.find(({ what }) => what === 'get');
    for (const delivery of model.unacked) {
      if (delivery.tag === 0 && delivery.consumer === undefined) delivery.tag = got!.tag;
    }
    expect(
      [...this.#broker.vhost.queues]
        .map(({ name, ready, unacked, consumers }) => `${name} ${ready} ${unacked} ${consumers.count}`)
        .sort(),
    ).toEqual(
      model.queues
        .map((queue) => {
          const ready = model.ready(queue).length;
          return `${queue.name} ${ready} ${queue.entries.length - ready} ${queue.consumers.length}`;
        })
        .sort(),
    );
  }

  /** Queue by queue, as nothing says in which order several of them deliver. */
  #compareDeliveries(): void {
    const model = this.#model;
    const deliveries = model.shown.filter(({ what }) => what === 'deliver');
    expect(this.#seen.filter(({ what }) => what === 'deliver').length).toBe(deliveries.length);
    for (const name of new Set(deliveries.map(({ queue }) => queue))) {
      const expected = deliveries.filter(({ queue }) => queue === name);
      const seen = this.#delivered(name);
      expect(seen.map(({ tag: _, ...shown }) => shown)).toEqual(expected);
    }
    for (const { queue, tag, message, consumer } of this.#seen) {
      const delivery = model.unacked.find(
        (one) =>
          one.tag === 0 &&
          one.queue.name === queue &&
          one.consumer?.tag === consumer &&
          one.entry.message.body === message?.body,
      );
      if (delivery !== undefined) delivery.tag = tag;
    }
  }
}
