/**
 * Random commands: any method with any arguments, but mostly such as make sense together, so that they get far into the
 * broker: names that exist, arguments that methods know, delivery tags that are outstanding.
 */
import { toFieldTable } from '../../src/codec/field-table.ts';
import { METHOD_IDS, type Method, type MethodName } from '../../src/protocol/generated/methods.ts';
import { frames, method } from '../support/amqp-client/index.ts';
import { SHARED_EXCHANGES, SHARED_QUEUES } from './arena.ts';
import type { Random } from './random.ts';

/** The channels that commands come on, beside a few that nobody opened. */
export const CHANNELS: readonly number[] = [1, 2, 3, 65535];

const MAX_BODY = 20_000;
const BODY_FRAME = 4088;

const METHODS = Object.keys(METHOD_IDS) as MethodName[];
/** What mostly ends the connection at once, and so comes seldom. */
const FATAL = /^connection\.|-ok$|^channel\.open$|^basic\.(deliver|return|get-empty)$/;
const SEDATE: readonly MethodName[] = [
  ...METHODS.filter((name) => !FATAL.test(name)),
  ...(['queue.declare', 'exchange.declare', 'queue.bind', 'exchange.bind', 'basic.consume'] as const),
  ...(['basic.ack', 'basic.nack', 'basic.reject', 'basic.get', 'basic.get', 'queue.declare'] as const),
];
const SETTLES = new Set<MethodName>(['basic.ack', 'basic.nack', 'basic.reject']);
const ENDS = new Set<MethodName>(['tx.commit', 'tx.rollback', 'channel.close', 'exchange.delete', 'queue.delete']);

const TEXTS = [
  ...SHARED_QUEUES,
  ...SHARED_EXCHANGES,
  ...['', '#', '*.#', 'a.b', '#.#.#.#.*', 'amq.new', 'amq.rabbitmq.reply-to', '\u{1f407}', 'x'.repeat(255)],
];
const NUMBERS = [0, 1, 2, 3, 5, 100, 255];
/** Exchanges keep their type, so that declaring them again is no error. */
const TYPES: Readonly<Record<string, string>> = { 'fuzz-x': 'topic', 'fuzz-y': 'fanout', 'fuzz-z': 'headers' };
const KEYS = [
  ...['x-match', 'x-max-length', 'x-max-length-bytes', 'x-message-ttl', 'x-expires', 'x-dead-letter-exchange'],
  ...['x-max-priority', 'x-overflow', 'x-queue-type', 'x-priority', 'alternate-exchange', 'CC', 'BCC', 'a', ''],
];

/** What fields mostly hold; all others, and these now and then, hold anything of their type. */
const USUAL: Readonly<Record<string, (random: Random, tags: readonly number[]) => unknown>> = {
  queue: (random) => random.pick(SHARED_QUEUES),
  exchange: (random) => random.pick([...SHARED_EXCHANGES, ...SHARED_EXCHANGES, 'amq.topic', 'amq.headers', '']),
  source: (random) => random.pick([...SHARED_EXCHANGES, 'amq.topic']),
  destination: (random) => random.pick([...SHARED_EXCHANGES, 'amq.fanout']),
  routingKey: (random) => random.pick([...SHARED_QUEUES, 'a.b', '#', '*.b', '']),
  consumerTag: (random) => random.pick(['', '', 'one', 'two', 'three']),
  deliveryTag: (random, tags) => (tags.length > 0 ? random.pick(tags) : 0),
  arguments: (random) => toFieldTable(random.chance(0.8) ? {} : randomTable(random, 2)),
  durable: () => true,
  exclusive: (random) => random.chance(0.05),
  passive: (random) => random.chance(0.1),
  autoDelete: () => false,
  internal: () => false,
  immediate: () => false,
  prefetchSize: () => 0,
  active: () => true,
  requeue: () => true,
};

/** What a session begins with: its channels, and the queues and exchanges that all sessions share. */
export function opening(random: Random): Buffer {
  const on = (channel: number, ...said: Method[]) => said.map((one) => frames.methodFrame(channel, one));
  return Buffer.concat([
    ...CHANNELS.flatMap((channel) => on(channel, method('channel.open'))),
    ...SHARED_QUEUES.flatMap((queue) => on(1, method('queue.declare', { queue, durable: true }))),
    ...SHARED_EXCHANGES.flatMap((exchange) =>
      on(2, method('exchange.declare', { exchange, type: TYPES[exchange], durable: true })),
    ),
    ...on(3, method(random.chance(0.3) ? 'tx.select' : 'confirm.select')),
  ]);
}

/** Fields whose unusual values end the connection. */
const FATAL_FIELDS = new Set(['immediate', 'prefetchSize', 'active', 'requeue']);

/** Frames of a random command on one of CHANNELS. `tags` gives the delivery tags that a channel may acknowledge. */
export function randomCommand(random: Random, tags: (channel: number) => readonly number[]): Buffer[] {
  const channel = random.chance(0.998) ? random.pick(CHANNELS) : random.below(10);
  if (random.chance(0.4)) return randomPublish(random, channel);
  let name = random.chance(0.998) ? random.pick(SEDATE) : random.pick(METHODS);
  // These mostly end the channel where they make no sense, or undo what the other sessions build on.
  if (SETTLES.has(name) && tags(channel).length === 0 && random.chance(0.95)) name = 'basic.get';
  if (ENDS.has(name) && random.chance(0.8)) name = 'basic.recover';
  const said = [frames.methodFrame(channel, randomMethod(name, random, tags(channel)))];
  if (name === 'channel.close') said.push(frames.methodFrame(channel, method('channel.open')));
  if (name === 'basic.publish') said.push(...randomContent(random, channel));
  return said;
}

function randomPublish(random: Random, channel: number): Buffer[] {
  const said = [frames.methodFrame(channel, randomMethod('basic.publish', random, []))];
  // Now and then the content is missing, or comes on its own.
  if (random.chance(0.002)) return said;
  return [...(random.chance(0.998) ? said : []), ...randomContent(random, channel)];
}

function randomContent(random: Random, channel: number): Buffer[] {
  const body = random.bytes(random.chance(0.1) ? random.below(MAX_BODY) : random.below(50));
  const properties = random.chance(0.5)
    ? { deliveryMode: random.below(3) }
    : {
        headers: toFieldTable(randomTable(random, 2)),
        priority: random.below(12),
        replyTo: random.chance(0.98) ? 'fuzz-a' : 'amq.rabbitmq.reply-to',
        expiration: random.chance(0.98) ? random.pick(['0', '10', '100000']) : random.pick(['-1', 'x']),
      };
  const announced = random.chance(0.998) ? body.length : random.below(MAX_BODY);
  const said = [frames.headerFrame(channel, announced, properties)];
  for (let at = 0; at < body.length; at += BODY_FRAME) {
    said.push(frames.bodyFrame(channel, body.subarray(at, at + BODY_FRAME)));
  }
  return said;
}

function randomMethod(name: MethodName, random: Random, tags: readonly number[]): Method {
  const fields = Object.entries(method(name)).map(([field, value]) => {
    if (field === 'name') return [field, name];
    const usual = USUAL[field];
    return [
      field,
      usual !== undefined && random.chance(FATAL_FIELDS.has(field) ? 0.998 : 0.98)
        ? usual(random, tags)
        : like(value, random),
    ];
  });
  const made = Object.fromEntries(fields) as Method;
  if (made.name === 'exchange.declare' && random.chance(0.98))
    return { ...made, type: TYPES[made.exchange] ?? 'direct' };
  return made;
}

/** A random value of the same type. */
function like(value: unknown, random: Random): unknown {
  if (typeof value === 'boolean') return random.chance(0.3);
  if (typeof value === 'number') return random.pick(NUMBERS);
  if (typeof value === 'string') return random.pick(TEXTS);
  if (value instanceof Map) return toFieldTable(randomTable(random, 3));
  return random.bytes(random.below(40));
}

function randomTable(random: Random, depth: number): Record<string, unknown> {
  const entries = Array.from({ length: random.below(4) }, () => {
    const key = random.chance(0.5) ? random.pick(KEYS) : random.bytes(2).toString('hex');
    return [key, randomValue(random, depth)] as const;
  });
  return Object.fromEntries(entries);
}

function randomValue(random: Random, depth: number): unknown {
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return random.pick(TEXTS);
    case 1:
      return random.pick([...NUMBERS, -1, 2 ** 40, 1.5]);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return new Date(random.below(2 ** 31) * 1000);
    case 5:
      return randomTable(random, depth - 1);
    default:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  }
}
