import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Message } from '../../../../src/broker/message/message.ts';
import { internalIdentity } from '../../../../src/broker/access/internal-backend.ts';
import { UserActor } from '../../../../src/broker/operations/actor.ts';
import { checkFurtherTopics, writableExchange } from '../../../../src/broker/operations/publishing.ts';
import { findRoute } from '../../../../src/broker/routing/route.ts';
import type { ChannelHost } from '../../../../src/connection/channel/channel-host.ts';
import { PublishRoutes } from '../../../../src/connection/channel/publish-routes.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import type { FieldTable } from '../../../../src/protocol/field-table.ts';
import { AmqpError } from '../../../../src/protocol/amqp-error.ts';
import { type NodeInMemory, nodeInMemory } from '../../../support/recovery/node.ts';

const USER = 'publisher';
const EXCHANGES = ['a', 'b', 'c'];
const TYPES = ['direct', 'fanout', 'topic'];
const QUEUES = ['p', 'q'];
const KEYS = ['p', 'q', 'k.l', 'k.m'];
const PATTERNS = ['.*', '^(a|b|amq\\.default)$', '^c$', ''];

const none = toFieldTable({});
const owner = {};

function exchangeOf(name: string, type: string, args: FieldTable) {
  return { name, type, durable: false, autoDelete: false, internal: false, arguments: args };
}

function queueOf(name: string) {
  return { name, durable: false, autoDelete: false, owner: undefined, arguments: none };
}

/** What may change between two messages of a publisher that remembers its routes. */
type Change = (broker: Publishing) => void;

class Publishing {
  readonly node: NodeInMemory = nodeInMemory();
  readonly replies: string[] = [];
  /** Channels of one user, which remember each for itself, and in their vhost together. */
  readonly #channels: PublishRoutes[];
  readonly #actor: UserActor;
  /** What each channel published to last. */
  readonly #last: (readonly [exchange: string, routingKey: string])[] = [];

  constructor() {
    const { node, vhost } = this.node;
    this.createUser();
    this.allow('.*');
    EXCHANGES.forEach((name, i) => vhost.declareExchange(exchangeOf(name, TYPES[i], none)));
    for (const name of QUEUES) vhost.declareQueue(queueOf(name));
    this.#actor = new UserActor(internalIdentity(node.auth, USER)!, vhost);
    const host = { vhost, actor: this.#actor, broker: { node } } as unknown as ChannelHost;
    this.#channels = [new PublishRoutes(host), new PublishRoutes(host)];
  }

  createUser(): void {
    this.node.node.auth.putUser({ name: USER, passwordHash: '', hashingAlgorithm: '', tags: [] });
  }

  allow(write: string): void {
    this.node.node.auth.putPermission({ user: USER, vhost: '/', configure: '', write, read: '' });
  }

  publish(channel: number, exchange: string, routingKey: string): void {
    this.#last[channel] = [exchange, routingKey];
    this.#compare(channel, exchange, routingKey);
  }

  /** Each channel publishes once more as it did last. */
  repeat(): void {
    for (const [channel, last] of this.#last.entries()) if (last !== undefined) this.#compare(channel, ...last);
  }

  /** The way of a message by what a channel remembers, and by a search that remembers nothing. */
  #compare(channel: number, exchange: string, routingKey: string): void {
    const message = new Message();
    message.setRoute(exchange, routingKey);
    message.properties = Buffer.alloc(2);
    message.propertiesEnd = 2;
    const { vhost } = this.node;
    const searched = outcome(() => {
      const from = writableExchange(this.#actor, exchange);
      this.#actor.checkTopic('write', from, routingKey);
      checkFurtherTopics(this.#actor, from, message);
      return findRoute(vhost, from, routingKey, undefined).targets;
    });
    const remembered = outcome(() => this.#channels[channel].find(message).targets);
    expect(remembered).toEqual(searched);
    if (searched instanceof Set && remembered instanceof Set)
      for (const target of searched) expect(remembered.has(target)).toBe(true);
  }
}

function outcome(find: () => readonly unknown[]): Set<unknown> | string {
  try {
    return new Set(find());
  } catch (error) {
    if (error instanceof AmqpError) return error.message;
    throw error;
  }
}

const exchange = fc.constantFrom(...EXCHANGES);
const queue = fc.constantFrom(...QUEUES);
const key = fc.constantFrom(...KEYS);

/** Does nothing if the broker refuses it. */
const change = (make: (broker: Publishing) => void): Change => {
  return (broker) => void outcome(() => (make(broker), []));
};

const change$ = fc.oneof(
  fc
    .tuple(exchange, fc.constantFrom(...TYPES), fc.option(exchange, { nil: undefined }))
    .map(([name, type, alternate]) =>
      change(({ node: { vhost } }) => {
        const args = alternate === undefined ? none : toFieldTable({ 'alternate-exchange': alternate });
        vhost.declareExchange(exchangeOf(name, type, args));
      }),
    ),
  exchange.map((name) => change(({ node: { vhost } }) => vhost.deleteExchange(name, false))),
  queue.map((name) =>
    change(({ node: { vhost } }) => {
      vhost.declareQueue(queueOf(name));
    }),
  ),
  queue.map((name) => change(({ node: { vhost } }) => vhost.deleteQueue(vhost.existingQueue(name, owner)))),
  fc
    .tuple(fc.constantFrom('bind', 'unbind'), exchange, fc.oneof(queue, exchange), key)
    .map(([what, source, destination, routingKey]) =>
      change(({ node: { vhost } }) => {
        const destinationKind = QUEUES.includes(destination) ? 'queue' : 'exchange';
        vhost[what as 'bind'](
          { source, destinationKind, destination, routingKey: routingKey.replace('l', '*'), arguments: none },
          owner,
        );
      }),
    ),
  fc.tuple(exchange, fc.option(exchange, { nil: undefined })).map(([pattern, alternate]) =>
    change(({ node: { vhost } }) => {
      if (alternate === undefined) vhost.policies.delete('policy', 'p');
      else
        vhost.policies.put('policy', {
          name: 'p',
          pattern: `^${pattern}$`,
          applyTo: 'exchanges',
          priority: 0,
          definition: { 'alternate-exchange': alternate },
        });
    }),
  ),
  fc.constant<Change>(({ node: { vhost }, replies }) => void replies.push(vhost.replyTargets.add({ reply: fail }))),
  fc.nat(3).map(
    (n): Change =>
      ({ node: { vhost }, replies }) =>
        vhost.replyTargets.remove(replies[n] ?? ''),
  ),
  fc.constantFrom(...PATTERNS).map(
    (pattern): Change =>
      (broker) =>
        broker.allow(pattern),
  ),
  fc.constant<Change>(({ node: { node } }) => node.auth.deletePermission(USER, '/')),
  fc.constant<Change>(({ node: { node } }) => node.auth.deleteUser(USER)),
  fc.constant<Change>((broker) => (broker.createUser(), broker.allow('.*'))),
  fc.tuple(exchange, fc.constantFrom('^k', '^p$', '')).map(([name, write]): Change => ({ node: { node } }) => {
    node.auth.putTopicPermission({ user: USER, vhost: '/', exchange: name, write, read: '' });
  }),
  exchange.map(
    (name): Change =>
      ({ node: { node } }) =>
        node.auth.deleteTopicPermissions(USER, '/', name),
  ),
);

function fail(): void {
  throw new Error('nothing is sent here');
}

/** To a few exchanges and keys, so that most were published to before. */
const publish$ = fc
  .tuple(fc.nat(1), fc.oneof(exchange, fc.constant('')), fc.oneof(key, fc.nat(3)))
  .map(([channel, name, to]): Change => (broker) => {
    const routingKey = typeof to === 'string' ? to : (broker.replies[to] ?? 'p');
    broker.publish(channel, name, routingKey);
  });

describe('the routes that channels remember', () => {
  it('lead to what a search would find, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ arbitrary: change$, weight: 1 }, { arbitrary: publish$, weight: 2 }), {
          minLength: 20,
          maxLength: 120,
        }),
        (steps) => {
          const broker = new Publishing();
          for (const step of steps) {
            step(broker);
            broker.repeat();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
