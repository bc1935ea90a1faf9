/**
 * A vhost does what its model does: after any declarations, deletions, bindings, consumers and publishes both have the same
 * exchanges, queues and bindings, the same messages in each queue, and the store the durable part of it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Consumer } from '../../src/broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import { AmqpError } from '../../src/protocol/amqp-error.ts';
import { EMPTY_TABLE, type FieldTable } from '../../src/protocol/field-table.ts';
import type { ReplyName } from '../../src/protocol/generated/reply-codes.ts';
import { bodyText, messageOf } from '../support/recovery/messages.ts';
import { type NodeInMemory, nodeInMemory } from '../support/recovery/node.ts';
import { type BindingModel, type ExchangeModel, VhostModel } from './vhost.model.ts';

const exchangeName = fc.constantFrom('x0', 'x1', 'x2', 'x3');
const queueName = fc.constantFrom('q0', 'q1', 'q2', 'q3');
const key = fc.constantFrom('a', 'b', 'a.b', 'b.b');
const bindingKey = fc.oneof(key, fc.constantFrom('#', '*', 'a.#', '*.b'));
/** Connections. */
const requester = fc.nat(1);

const binding: fc.Arbitrary<BindingModel> = fc
  .tuple(exchangeName, fc.boolean(), queueName, exchangeName, bindingKey)
  .map(([source, toQueue, queue, exchange, bound]) => ({
    source,
    kind: toQueue ? 'queue' : 'exchange',
    destination: toQueue ? queue : exchange,
    key: bound,
  }));
const exchange: fc.Arbitrary<ExchangeModel> = fc.record({
  name: exchangeName,
  type: fc.constantFrom('direct', 'fanout', 'topic'),
  durable: fc.boolean(),
  autoDelete: fc.boolean(),
  alternate: fc.option(exchangeName, { nil: undefined }),
});

type Step =
  | { readonly op: 'declareExchange'; readonly exchange: ExchangeModel }
  | { readonly op: 'deleteExchange'; readonly name: string; readonly ifUnused: boolean }
  | {
      readonly op: 'declareQueue';
      readonly name: string;
      readonly durable: boolean;
      readonly autoDelete: boolean;
      readonly owner: number | undefined;
    }
  | { readonly op: 'deleteQueue' | 'consume' | 'leave'; readonly name: string }
  | { readonly op: 'deleteExclusive'; readonly owner: number }
  | { readonly op: 'bind' | 'unbind'; readonly binding: BindingModel; readonly requester: number }
  | { readonly op: 'publish'; readonly exchange: string; readonly key: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('declareExchange'), exchange }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('deleteExchange'), name: exchangeName, ifUnused: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('declareQueue'),
      name: queueName,
      durable: fc.boolean(),
      autoDelete: fc.boolean(),
      owner: fc.option(requester, { nil: undefined, freq: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('deleteQueue', 'consume', 'leave'), name: queueName }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('deleteExclusive'), owner: requester }) },
  { weight: 8, arbitrary: fc.record({ op: fc.constant('bind'), binding, requester }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unbind'), binding, requester }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('publish'),
      exchange: fc.oneof(exchangeName, fc.constant('')),
      key: fc.oneof(key, queueName),
    }),
  },
);

const OWNERS = [{}, {}];
const bindingText = ({ source, kind, destination, key: bound }: BindingModel) =>
  `${source} ${kind} ${destination} ${bound}`;

class Comparison {
  readonly #model = new VhostModel();
  readonly #real: NodeInMemory = nodeInMemory();
  readonly #consumers: { readonly queue: DeclaredQueue; readonly consumer: Consumer }[] = [];
  #published = 0;

  apply(step: Step): void {
    const { vhost } = this.#real;
    const model = this.#model;
    switch (step.op) {
      case 'declareExchange': {
        const { alternate } = step.exchange;
        const args: FieldTable =
          alternate === undefined
            ? EMPTY_TABLE
            : new Map([['alternate-exchange', { type: 'longstr', value: alternate }]]);
        const declared = { ...step.exchange, internal: false, arguments: args };
        this.#both(() => vhost.declareExchange(declared), model.declareExchange(step.exchange));
        break;
      }
      case 'deleteExchange':
        this.#both(
          () => vhost.deleteExchange(step.name, step.ifUnused),
          model.deleteExchange(step.name, step.ifUnused),
        );
        break;
      case 'declareQueue': {
        const { name, durable, autoDelete, owner } = step;
        const options = { name, durable, autoDelete, owner: ownerOf(owner), arguments: EMPTY_TABLE };
        const refusal = model.declareQueue({ name, durable, autoDelete, owner, consumers: 0, messages: [] });
        this.#both(() => void vhost.declareQueue(options), refusal);
        break;
      }
      case 'deleteQueue': {
        const queue = vhost.queue(step.name);
        if (queue === undefined) break;
        expect(vhost.deleteQueue(queue)).toBe(model.queue(step.name)!.messages.length);
        model.deleteQueue(step.name);
        break;
      }
      case 'consume':
        this.#consume(step.name);
        break;
      case 'leave': {
        const at = this.#consumers.findIndex(({ queue }) => queue === vhost.queue(step.name));
        if (at < 0) break;
        const [{ queue, consumer }] = this.#consumers.splice(at, 1);
        queue.consumers.remove(consumer);
        vhost.consumerLeft(queue);
        model.consumerLeft(model.queue(step.name)!);
        break;
      }
      case 'deleteExclusive':
        vhost.deleteExclusive(OWNERS[step.owner]);
        model.deleteExclusive(step.owner);
        break;
      case 'bind':
      case 'unbind': {
        const { source, kind, destination, key: routingKey } = step.binding;
        const spec = { source, destinationKind: kind, destination, routingKey, arguments: EMPTY_TABLE };
        const refusal = model[step.op](step.binding, step.requester);
        this.#both(() => vhost[step.op](spec, OWNERS[step.requester]), refusal);
        break;
      }
      case 'publish':
        this.#publish(step.exchange, step.key);
        break;
    }
    this.#compare();
  }

  /** The store's topology, and the messages of each queue in order. */
  async compareAtTheEnd(): Promise<void> {
    const { store, vhost } = this.#real;
    const model = this.#model;
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    const state = store.recover();
    const names = (items: readonly { readonly name: string }[]): string[] => items.map(({ name }) => name).sort();
    const durable = <Item extends { readonly durable: boolean }>(items: readonly Item[]): Item[] =>
      items.filter((item) => item.durable);
    expect(names(state.exchanges)).toEqual(names(durable(model.exchanges)));
    expect(names(state.queues)).toEqual(names(durable(model.queues)));
    const lasting = model.bindings.filter(({ source, kind, destination }) => {
      const end = kind === 'queue' ? model.queue(destination) : model.exchange(destination);
      return model.exchange(source)!.durable && end!.durable;
    });
    const stored = state.bindings.map(({ source, destinationType: kind, destination, routingKey }) =>
      bindingText({ source, kind, destination, key: routingKey }),
    );
    expect(stored.sort()).toEqual(lasting.map(bindingText).sort());
    for (const { name, messages } of model.queues) {
      const found: number[] = [];
      while (vhost.queue(name)!.get(true, (message) => found.push(Number(bodyText(message)))));
      expect(found).toEqual(messages);
    }
  }

  #both(real: () => void, expected: ReplyName | undefined): void {
    let refusal: ReplyName | undefined;
    try {
      real();
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error;
      refusal = error.replyName;
    }
    expect(refusal).toBe(expected);
  }

  /** One that never takes a message. */
  #consume(name: string): void {
    const queue = this.#real.vhost.queue(name);
    if (queue === undefined) return;
    const target = { canTake: () => false, deliver: () => undefined, cancelled: () => undefined };
    const options = { tag: '', noAck: false, exclusive: false, priority: 0, prefetch: 0, arguments: EMPTY_TABLE };
    const consumer = new Consumer(queue, target, options);
    queue.consumers.add(consumer);
    this.#consumers.push({ queue, consumer });
    this.#model.queue(name)!.consumers++;
  }

  #publish(exchange: string, routingKey: string): void {
    const { vhost } = this.#real;
    if (exchange !== '' && vhost.exchange(exchange) === undefined) return;
    const body = ++this.#published;
    const reached = this.#model.route(exchange, routingKey);
    for (const name of reached) this.#model.queue(name)!.messages.push(body);
    const message = messageOf({ exchange, routingKey, body: String(body) });
    expect(vhost.publish(message, vhost.route(vhost.existingExchange(exchange), message), undefined, 0)).toBe(
      reached.size > 0,
    );
  }

  #compare(): void {
    const { vhost } = this.#real;
    const model = this.#model;
    const declared = [...vhost.exchanges].filter(({ name }) => name !== '' && !name.startsWith('amq.'));
    const bindings = declared.flatMap((from) => [...from.bindings]);
    expect(declared.map(({ name }) => name).sort()).toEqual(model.exchanges.map(({ name }) => name).sort());
    expect([...vhost.queues].map(({ name, ready }) => `${name} ${ready}`).sort()).toEqual(
      model.queues.map(({ name, messages }) => `${name} ${messages.length}`).sort(),
    );
    const texts = bindings.map(({ source, destination, routingKey }) =>
      bindingText({ source: source.name, kind: destination.kind, destination: destination.name, key: routingKey }),
    );
    expect(texts.sort()).toEqual(model.bindings.map(bindingText).sort());
    // What leads to an end is known there too.
    const incoming = [...vhost.queues, ...declared].flatMap((end) => [...end.incoming]);
    expect(new Set(incoming)).toEqual(new Set(bindings));
  }
}

function ownerOf(owner: number | undefined): object | undefined {
  return owner === undefined ? undefined : OWNERS[owner];
}

test('a vhost is what its model is, whatever is declared, bound, deleted and published', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
      const compared = new Comparison();
      for (const next of steps) compared.apply(next);
      await compared.compareAtTheEnd();
    }),
    { numRuns: Number(process.env['LEVERET_MODEL_RUNS'] ?? 150), seed: 20240919 },
  );
});
