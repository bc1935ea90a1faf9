/** What clients, operators and time may do to a broker with four queues and three exchanges, in any order. */
import fc from 'fast-check';
import type { PolicyModel } from './policy.model.ts';
import type { BindingModel } from './vhost.model.ts';

export interface QueueStep {
  readonly name: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface PublishStep {
  readonly channel: number;
  readonly exchange: string;
  readonly key: string;
  readonly count: number;
  readonly size: number;
  readonly persistent: boolean;
  readonly mandatory: boolean;
  readonly priority: number | undefined;
  readonly expiration: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ConsumeStep {
  readonly channel: number;
  readonly queue: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  readonly prefetch: number;
}

/** `nth`: of those there are, counted round. */
export type Step =
  | { readonly op: 'declare'; readonly queue: QueueStep }
  | { readonly op: 'delete' | 'purge'; readonly queue: string }
  | { readonly op: 'bind' | 'unbind'; readonly binding: BindingModel }
  | { readonly op: 'policy'; readonly policy: PolicyModel }
  | { readonly op: 'clear-policy'; readonly name: string }
  | { readonly op: 'publish'; readonly publish: PublishStep }
  | { readonly op: 'consume'; readonly consume: ConsumeStep }
  | { readonly op: 'cancel'; readonly nth: number }
  | { readonly op: 'get'; readonly channel: number; readonly queue: string; readonly noAck: boolean }
  | {
      readonly op: 'settle';
      readonly how: 'ack' | 'reject' | 'requeue';
      readonly nth: number;
      readonly multiple: boolean;
    }
  | { readonly op: 'close' | 'recover'; readonly channel: number }
  | { readonly op: 'pass'; readonly ms: number }
  | { readonly op: 'commit' | 'reconnect' | 'stop' | 'kill' };

export const EXCHANGES = { x0: 'direct', x1: 'fanout', x2: 'topic' } as const;
export const CHANNELS = [1, 2, 3] as const;
/** Nobody waits for confirms of what is published on this one. */
export const WITHOUT_CONFIRMS = 3;

const exchangeName = fc.constantFrom('x0', 'x1', 'x2');
const queueName = fc.constantFrom('q0', 'q1', 'q2', 'q3');
const key = fc.constantFrom('a', 'b', 'a.b', 'q0', 'q1');
const channel = fc.constantFrom(...CHANNELS);
const nth = fc.nat(20);

/** Once in so many times; else undefined. */
function maybe<T>(arbitrary: fc.Arbitrary<T>, times = 3): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

/** What policies and arguments both know. Times of queues and of messages rarely end in the same moment. */
const limits = {
  'message-ttl': maybe(fc.constantFrom(0, 17, 31, 67)),
  expires: maybe(fc.constantFrom(101, 203), 6),
  'max-length': maybe(fc.constantFrom(0, 1, 2, 3, 5)),
  'max-length-bytes': maybe(fc.constantFrom(10, 25, 40), 4),
  overflow: maybe(fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx')),
};
/** Operator policies do not know these. */
const deadLetters = {
  'dead-letter-exchange': maybe(fc.oneof(fc.constant(''), exchangeName), 2),
  'dead-letter-routing-key': maybe(fc.oneof(queueName, key), 2),
};

const deduplication = { 'message-deduplication': maybe(fc.constant(true), 2) };

function present(values: Readonly<Record<string, unknown>>, prefix = ''): PolicyModel['definition'] {
  const there = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there.map(([name, value]) => [prefix + name, value])) as PolicyModel['definition'];
}

const queue: fc.Arbitrary<QueueStep> = fc
  .record({
    name: queueName,
    quorum: fc.boolean(),
    durable: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    exclusive: maybe(fc.constant(true), 8),
    autoDelete: maybe(fc.constant(true), 8),
    own: fc.record({
      ...limits,
      ...deadLetters,
      ...deduplication,
      'single-active-consumer': maybe(fc.constant(true), 4),
    }),
    'max-priority': maybe(fc.constantFrom(1, 3), 3),
    'delivery-limit': maybe(fc.constantFrom(0, 1, 3)),
  })
  .map(({ name, quorum, durable, exclusive = false, autoDelete = false, own, ...of }) => {
    const type = quorum
      ? { 'queue-type': 'quorum', 'delivery-limit': of['delivery-limit'] }
      : { 'max-priority': of['max-priority'] };
    const key = own['dead-letter-exchange'] === undefined ? undefined : own['dead-letter-routing-key'];
    const args = present({ ...own, 'dead-letter-routing-key': key, ...type }, 'x-');
    if (quorum) return { name, durable: true, exclusive: false, autoDelete: false, arguments: args };
    return { name, durable, exclusive, autoDelete, arguments: args };
  });

const pattern = fc.constantFrom('^q[01]$', '^q[23]$', '^q', '^q1$');
const returns = { 'delivery-limit': maybe(fc.constantFrom(0, 2), 4) };
const anyPolicy: fc.Arbitrary<PolicyModel> = fc.oneof(
  fc
    .record({
      name: fc.constantFrom('p0', 'p1'),
      pattern,
      definition: fc.record({ ...limits, ...returns, ...deadLetters, ...deduplication }),
    })
    .map(({ name, pattern: of, definition }) => ({
      name,
      kind: 'policy' as const,
      pattern: of,
      priority: name === 'p0' ? 0 : 1,
      definition: present(definition),
    })),
  fc.record({ pattern, definition: fc.record({ ...limits, ...returns }) }).map(({ pattern: of, definition }) => ({
    name: 'o0',
    kind: 'operator_policy' as const,
    pattern: of,
    priority: 0,
    definition: present(definition),
  })),
);

/** One without a word is refused. */
const policy = anyPolicy.filter(({ definition }) => Object.keys(definition).length > 0);

const binding: fc.Arbitrary<BindingModel> = fc
  .tuple(exchangeName, fc.nat(3), queueName, exchangeName, fc.oneof(key, fc.constantFrom('#', '*', 'a.#')))
  .map(([source, to, queueEnd, exchangeEnd, bound]) => ({
    source,
    kind: to > 0 ? 'queue' : 'exchange',
    destination: to > 0 ? queueEnd : exchangeEnd,
    key: bound,
  }));

const keys = maybe(fc.array(fc.oneof(key, queueName), { minLength: 1, maxLength: 2 }), 6);
const publish: fc.Arbitrary<PublishStep> = fc.record({
  channel,
  exchange: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: exchangeName }),
  key: fc.oneof({ weight: 4, arbitrary: queueName }, { weight: 2, arbitrary: key }),
  count: fc.constantFrom(1, 1, 2, 3),
  size: fc.nat(16),
  persistent: fc.boolean(),
  mandatory: fc.boolean(),
  priority: maybe(fc.nat(4), 2),
  expiration: maybe(fc.constantFrom('0', '13', '41'), 4),
  headers: fc
    .record({ CC: keys, BCC: keys, 'x-deduplication-header': fc.constantFrom('k', 7, undefined) })
    .map((headers) => present(headers)),
});

const consume: fc.Arbitrary<ConsumeStep> = fc.record({
  channel,
  queue: queueName,
  noAck: fc.constantFrom(false, false, false, true),
  exclusive: fc.constantFrom(false, false, false, true),
  priority: fc.constantFrom(0, 0, 0, 1, -1),
  prefetch: fc.constantFrom(0, 1, 1, 2, 3),
});

const how = fc.constantFrom('ack', 'reject', 'requeue');

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('declare'), queue }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('delete', 'purge'), queue: queueName }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('bind', 'bind', 'bind', 'unbind'), binding }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('policy'), policy }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear-policy'), name: fc.constantFrom('p0', 'p1', 'o0') }) },
  { weight: 12, arbitrary: fc.record({ op: fc.constant('publish'), publish }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('consume'), consume }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('cancel'), nth }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('get'), channel, queue: queueName, noAck: fc.boolean() }) },
  { weight: 9, arbitrary: fc.record({ op: fc.constant('settle'), how, nth, multiple: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('close', 'recover'), channel }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('pass'), ms: fc.nat(70) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('commit', 'commit', 'reconnect', 'stop', 'kill') }) },
);

/** The alternate exchanges of the three. */
const alternates = fc.record({ x0: maybe(exchangeName), x1: maybe(exchangeName), x2: maybe(exchangeName) });

/** What is done first, so that there is something to do it with. */
const beginning = fc
  .tuple(fc.array(queue, { minLength: 4, maxLength: 4 }), fc.array(binding, { minLength: 4, maxLength: 4 }))
  .map(([queues, bindings]): Step[] => [
    ...queues.map((each, n) => ({ op: 'declare' as const, queue: { ...each, name: `q${n}` } })),
    ...bindings.map((each) => ({ op: 'bind' as const, binding: each })),
  ]);

export interface Scenario {
  readonly alternates: Readonly<Record<string, string | undefined>>;
  readonly steps: readonly Step[];
}

export const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(alternates, beginning, fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }))
  .map(([of, first, then]) => ({ alternates: of, steps: [...first, ...then] }));

/** The same step, so that the store has all that comes of it. */
export function stored(step: Step): Step {
  if (step.op === 'publish') return { ...step, publish: { ...step.publish, persistent: true } };
  if (step.op === 'declare') return { ...step, queue: { ...step.queue, durable: true, exclusive: false } };
  return step;
}
