/** One client with three channels does to a real broker and to its model the same, and looks whether it sees the same. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { findRoute } from '../../src/broker/routing/route.ts';
import { HandClock } from '../support/hand-clock.ts';
import { ClockedBroker } from '../support/recovery/clocked-broker.ts';
import { Ambiguous, type Choices } from './broker.choices.ts';
import { BrokerClient } from './broker.client.ts';
import { BrokerModel } from './broker.model.ts';
import {
  CHANNELS,
  type ConsumeStep,
  EXCHANGES,
  type PublishStep,
  type Step,
  WITHOUT_CONFIRMS,
} from './broker.steps.ts';
import { inOrder, mayConsume, mayGet, type MessageModel, ready, type Shown } from './queue.model.ts';

const FIRST_MOMENT = 1_700_000_000_000;

export class Comparison {
  readonly #folder: string;
  readonly #late: number | undefined;
  readonly #clock = new HandClock(FIRST_MOMENT);
  readonly #model: BrokerModel;
  #broker!: ClockedBroker;
  readonly #client = new BrokerClient();
  #starts = 0;
  #numbers = 0;

  /** `late`: a seed, if the broker's store is to answer reads some turns later. */
  constructor(folder: string, late: number | undefined) {
    this.#folder = folder;
    this.#late = late;
    const choices: Choices = {
      consumer: (queue, nth) => this.#client.delivered(queue)[nth]?.consumer,
      order: (queues, exchange, keys) => this.#order(queues, exchange, keys),
    };
    this.#model = new BrokerModel(FIRST_MOMENT, choices);
  }

  async start(alternates: Readonly<Record<string, string | undefined>>): Promise<void> {
    this.#broker = await ClockedBroker.start(join(this.#folder, '0'), this.#clock, { late: this.#late });
    await this.#client.connect(this.#broker.url);
    for (const [exchange, type] of Object.entries(EXCHANGES)) {
      const alternate = alternates[exchange];
      const args = alternate === undefined ? {} : { 'alternate-exchange': alternate };
      await this.#client.control.call('exchange.declare', { exchange, type, durable: true, arguments: args });
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
    this.#client.seen = [];
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
        await this.#client.control.call('queue.declare', {
          queue: name,
          durable,
          exclusive,
          autoDelete,
          arguments: args,
        });
        return () => model.declareQueue(step.queue);
      }
      case 'delete':
      case 'purge': {
        const queue = model.queue(step.queue);
        if (queue === undefined) break;
        const name = `queue.${step.op}` as const;
        const { messageCount } = await this.#client.control.call(name, { queue: step.queue });
        expect(messageCount).toBe(ready(queue).length);
        return () => (step.op === 'delete' ? model.deleteQueue(queue) : model.purge(queue));
      }
      case 'bind':
      case 'unbind': {
        const { source, kind, destination, key: routingKey } = step.binding;
        if (kind === 'queue' && model.queue(destination) === undefined) break;
        if (kind === 'queue') {
          await this.#client.control.call(`queue.${step.op}`, { queue: destination, exchange: source, routingKey });
        } else await this.#client.control.call(`exchange.${step.op}`, { destination, source, routingKey });
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
        this.#client.channel(consumer.channel).send('basic.cancel', { consumerTag: consumer.tag });
        return () => model.cancel(consumer);
      }
      case 'get': {
        const queue = model.queue(step.queue);
        if (queue === undefined || !mayGet(queue)) break;
        this.#client.channel(step.channel).send('basic.get', { queue: step.queue, noAck: step.noAck });
        return () => model.get(queue, step.channel, step.noAck);
      }
      case 'settle': {
        if (model.unacked.length === 0) break;
        const { channel, tag: deliveryTag } = model.unacked[step.nth % model.unacked.length];
        const { how, multiple } = step;
        const chosen = model.unacked.filter(
          (other) => other.channel === channel && (multiple ? other.tag <= deliveryTag : other.tag === deliveryTag),
        );
        if (how === 'ack') this.#client.channel(channel).ack(deliveryTag, multiple);
        else this.#client.channel(channel).nack(deliveryTag, { multiple, requeue: how === 'requeue' });
        return () => model.settle(inOrder(chosen), how);
      }
      case 'close':
        await this.#client.closeChannel(step.channel);
        return () => model.closeChannel(step.channel);
      case 'recover':
        this.#client.channel(step.channel).send('basic.recover', { requeue: true });
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
        await this.#client.connect(this.#broker.url);
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
      this.#client.channel(channel).publish(key, body, { exchange, mandatory, deliveryMode, headers, ...given });
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
    this.#client.consumes(tag, name);
    const alone = exclusive && queue.arguments['x-queue-type'] !== 'quorum';
    const consumer = { tag, channel, queue, noAck, exclusive: alone, priority, prefetch, unacked: 0, held: false };
    const to = this.#client.channel(channel);
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

  async #restart(folder: string): Promise<void> {
    this.#broker = await ClockedBroker.start(folder, this.#clock, { late: this.#late });
    await this.#client.connect(this.#broker.url);
  }

  async #settled(): Promise<void> {
    // Publishes of all channels come before this: there is one socket.
    await this.#client.sync();
    this.#clock.pass(0);
    await this.#client.sync();
    for (let answered = NaN; answered !== this.#broker.answeredLater;) {
      answered = this.#broker.answeredLater;
      await this.#broker.answered();
      this.#clock.pass(0);
      await this.#client.sync();
    }
  }

  /** All is on disk, and so everybody has heard of everything that he published. */
  async #committed(): Promise<void> {
    await this.#broker.committed();
    await this.#client.sync();
    for (const [channel, refused] of this.#model.refused) {
      const confirmed = this.#client.confirmed(channel);
      expect(confirmed, `confirms of channel ${channel}`).toEqual(refused.map((each, n) => [n + 1, each]));
    }
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
      expect(of(this.#client.seen), what).toEqual(of(model.shown));
    }
    const got = this.#client.seen.find(({ what }) => what === 'get');
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
          const { length } = ready(queue);
          return `${queue.name} ${length} ${queue.entries.length - length} ${queue.consumers.length}`;
        })
        .sort(),
    );
  }

  /** Queue by queue, as nothing says in which order several of them deliver. */
  #compareDeliveries(): void {
    const model = this.#model;
    const deliveries = model.shown.filter(({ what }) => what === 'deliver');
    expect(this.#client.seen.filter(({ what }) => what === 'deliver').length).toBe(deliveries.length);
    for (const name of new Set(deliveries.map(({ queue }) => queue))) {
      const expected = deliveries.filter(({ queue }) => queue === name);
      const seen = this.#client.delivered(name);
      expect(seen.map(({ tag: _, ...shown }) => shown)).toEqual(expected);
    }
    for (const { queue, tag, message, consumer } of this.#client.seen) {
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
