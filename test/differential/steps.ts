/** The random methods of the differential run: a small world of two channels, three queues and two exchanges. */
import { fromFieldTable, toFieldTable } from '../../src/codec/field-table.ts';
import type { BasicProperties } from '../../src/codec/properties.ts';
import { type AmqpClient, frames, type MethodName } from '../support/amqp-client/index.ts';

export interface Step {
  readonly channel: number;
  readonly text: string;
  /** Sends the step's method; `names` is the beginning of all names of this run. */
  send(client: AmqpClient, channel: number, names: string): void;
}

/** Numbers that a seed decides (mulberry32). */
export class Random {
  /**
   * Limits of the whole channel meet neither consumers without acknowledgement (RabbitMQ lets the limit stop them) nor unacked
   * gets (RabbitMQ counts those that are there when the limit is set).
   */
  readonly limitsChannels: boolean;
  /** One seed in three is about limits, priorities, dead letters and alternate exchanges. */
  readonly hasFeatures: boolean;
  /** Arguments of the two queues. */
  readonly arguments: readonly [QueueArguments, QueueArguments];
  #state: number;

  constructor(seed: number) {
    this.limitsChannels = seed % 2 === 0;
    this.#state = seed * 0x9e3779b9;
    this.hasFeatures = seed % 3 === 0;
    this.arguments = this.hasFeatures ? [queueArguments(this), queueArguments(this)] : [NONE, NONE];
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

type QueueArguments = (names: string) => Readonly<Record<string, unknown>>;
const NONE: QueueArguments = () => ({});

/** Dead letters go to a queue of their own: in RabbitMQ they race with what is published meanwhile. */
function queueArguments(random: Random): QueueArguments {
  const [limited, overflow, dies, prioritised] = [70, 50, 70, 40].map((percent) => random.chance(percent));
  const [length, mode] = [random.below(4), random.pick(['drop-head', 'reject-publish', 'reject-publish-dlx'])];
  const [key, priority] = [random.chance(50), 1 + random.below(3)];
  return (names) => ({
    ...(limited && { 'x-max-length': length }),
    ...(limited && overflow && { 'x-overflow': mode }),
    ...(dies && { 'x-dead-letter-exchange': key ? '' : `${names}-letters` }),
    ...(dies && key && { 'x-dead-letter-routing-key': `${names}-q3` }),
    ...(prioritised && { 'x-max-priority': priority }),
  });
}

/** What a message is published with. */
function properties(random: Random): (names: string) => BasicProperties {
  if (!random.hasFeatures) return () => ({});
  const [priority, others, hidden] = [random.below(5), random.chance(15), random.chance(10)];
  const copy = random.pick(['-q1', '-q2']);
  return (names) => ({
    ...(priority < 4 && { priority }),
    ...((others || hidden) && {
      headers: toFieldTable({ [hidden ? 'BCC' : 'CC']: [names + copy, 'nowhere'] }),
    }),
  });
}

type Maker = (random: Random, step: number) => (names: string) => Call;
type Call = {
  readonly body?: string;
  readonly properties?: BasicProperties;
  readonly name: MethodName;
  readonly fields: Record<string, unknown>;
};

const queueOf = (random: Random): string => random.pick(random.hasFeatures ? ['-q1', '-q2', '-q3'] : ['-q1', '-q2']);

/** Each as often as its number says. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [
    30,
    (random, step) => {
      const direct = random.chance(60);
      const [key, mandatory] = [
        direct ? queueOf(random) : random.pick(random.hasFeatures ? ['k1', 'k2', 'k4'] : ['k1', 'k2']),
        random.chance(20),
      ];
      const given = properties(random);
      return (names) => ({
        name: 'basic.publish',
        body: `m${step}`,
        properties: given(names),
        fields: { exchange: direct ? '' : `${names}-x`, routingKey: direct ? names + key : key, mandatory },
      });
    },
  ],
  [
    10,
    (random) => {
      const [queue, noAck] = [queueOf(random), random.limitsChannels || random.chance(30)];
      return (names) => ({ name: 'basic.get', fields: { queue: names + queue, noAck } });
    },
  ],
  [15, (random) => constant('basic.ack', { deliveryTag: tag(random), multiple: random.chance(30) })],
  [
    8,
    (random) =>
      constant('basic.nack', { deliveryTag: tag(random), multiple: random.chance(30), requeue: random.chance(75) }),
  ],
  [5, (random) => constant('basic.reject', { deliveryTag: tag(random), requeue: random.chance(75) })],
  [
    4,
    (random) =>
      constant('basic.qos', { prefetchCount: random.below(4), global: random.limitsChannels && random.chance(70) }),
  ],
  [
    9,
    (random, step) => {
      const queue = queueOf(random);
      // A tag in use would close the connection, so each consumer has its own.
      const rest = {
        consumerTag: `c${step}`,
        noAck: !random.limitsChannels && random.chance(30),
        exclusive: random.chance(15),
      };
      return (names) => ({ name: 'basic.consume', fields: { ...rest, queue: names + queue } });
    },
  ],
  [12, (random, step) => constant('basic.cancel', { consumerTag: `c${random.below(step)}` })],
  [3, () => constant('basic.recover', { requeue: true })],
  [
    6,
    (random) => {
      const queue = queueOf(random);
      const durable = random.chance(10);
      return (names) => ({ name: 'queue.declare', fields: { queue: names + queue, durable, autoDelete: false } });
    },
  ],
  [2, (random) => onQueue(random, 'queue.purge', {})],
  [2, (random) => onQueue(random, 'queue.delete', { ifUnused: random.chance(50), ifEmpty: random.chance(50) })],
  [5, (random) => binding(random, 'queue.bind')],
  [2, (random) => binding(random, 'queue.unbind')],
  [
    3,
    () => (names) => ({
      name: 'exchange.declare',
      fields: { exchange: `${names}-x`, type: 'direct', autoDelete: true },
    }),
  ],
  [1, () => (names) => ({ name: 'exchange.delete', fields: { exchange: `${names}-x`, ifUnused: true } })],
  [2, () => constant('tx.select', {})],
  [4, (random) => constant(random.pick(['tx.commit', 'tx.rollback']), {})],
];

const TOTAL = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

export function randomStep(random: Random, step: number): Step {
  const channel = 1 + random.below(2);
  let at = random.below(TOTAL);
  const [, maker] = MAKERS.find(([weight]) => (at -= weight) < 0) ?? MAKERS[0];
  // The first steps make the world that the others live in.
  const make = setup(random)[step] ?? maker(random, step);
  const { name, fields, body, properties: shown } = make('NAME');
  return {
    channel,
    text: `${name} ${JSON.stringify(fields)} ${body ?? ''} ${printed(shown)}`,
    send(client, number, names) {
      const call = make(names);
      client.send(number, call.name, call.fields);
      if (call.body !== undefined)
        client.write(frames.contentFrames(number, Buffer.from(call.body), call.properties ?? {}, client.frameMax));
    },
  };
}

function setup(random: Random): readonly ((names: string) => Call)[] {
  const declare = (name: string, type: string, alternate?: string) => (names: string) => ({
    name: 'exchange.declare' as const,
    fields: {
      exchange: names + name,
      type,
      autoDelete: true,
      arguments: alternate === undefined ? {} : { 'alternate-exchange': names + alternate },
    },
  });
  const bind = (queue: string, exchange: string, routingKey: string) => (names: string) => ({
    name: 'queue.bind' as const,
    fields: { queue: names + queue, exchange: names + exchange, routingKey },
  });
  const plain = [
    ...[0, 1].map((n) => (names: string) => ({
      name: 'queue.declare' as const,
      fields: { queue: `${names}-q${n + 1}`, arguments: random.arguments[n](names) },
    })),
    declare('-x', 'direct', random.hasFeatures ? '-letters' : undefined),
    bind('-q1', '-x', 'k1'),
    bind('-q2', '-x', 'k2'),
  ];
  if (!random.hasFeatures) return plain;
  const letters = (names: string): Call => ({ name: 'queue.declare', fields: { queue: `${names}-q3` } });
  return [...plain, letters, declare('-letters', 'fanout'), bind('-q3', '-letters', '')];
}

/** Message properties as text: headers as plain values, and nothing of them that RabbitMQ 3.10 does not have. */
export function printed({ headers, ...others }: BasicProperties = {}): string {
  const plain = headers === undefined ? undefined : fromFieldTable(headers);
  const hidden = /^x-last-death-/;
  const shown = Object.entries(plain ?? {}).filter(([name]) => !hidden.test(name));
  const text = JSON.stringify({ ...others, ...(plain && { headers: Object.fromEntries(shown) }) });
  return text.replaceAll(/"time":"[^"]*",/g, '');
}

function constant(name: MethodName, fields: Record<string, unknown>): (names: string) => Call {
  return () => ({ name, fields });
}

function onQueue(random: Random, name: MethodName, fields: Record<string, unknown>): (names: string) => Call {
  const queue = queueOf(random);
  return (names) => ({ name, fields: { ...fields, queue: names + queue } });
}

/** A key leads to one queue only: in RabbitMQ two queues deliver one message in any order. */
function binding(random: Random, name: MethodName): (names: string) => Call {
  const number = 1 + random.below(2);
  return (names) => ({
    name,
    fields: { queue: `${names}-q${number}`, exchange: `${names}-x`, routingKey: `k${number}` },
  });
}

/** Mostly tags that may be outstanding. */
function tag(random: Random): number {
  return random.below(12);
}
