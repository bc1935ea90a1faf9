/** Definitions of all kinds for property tests: every reference in them leads somewhere. */
import fc from 'fast-check';
import type { DefinitionsDocument } from '../../src/broker/definitions/document.ts';
import { userWithPassword } from '../../src/broker/access/passwords.ts';

const USERS = ['alice', 'bob', 'гость'];
const VHOSTS = ['/', 'orders', 'a/b'];
const QUEUES = ['q', 'queue.2', 'ü'];
const EXCHANGES = ['x', 'events', 'logs'];

const pattern = fc.constantFrom('', '.*', '^x-', '^(a|b)$', '{username}');
const words = fc.uniqueArray(fc.constantFrom('administrator', 'management', 'mine'));
const limit = fc.integer({ min: -1, max: 1000 });
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** JSON has no -0. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));

const queueArguments = fc.record(
  {
    'x-message-ttl': fc.integer({ min: 0, max: 2 ** 33 }),
    'x-max-length': fc.nat(),
    'x-dead-letter-exchange': fc.constantFrom('x', ''),
    'x-anything': fc.oneof(fc.string(), fc.boolean(), number, fc.array(fc.nat())),
  },
  { requiredKeys: [] },
);

const definition = fc.record(
  { 'message-ttl': fc.nat(), 'max-length': fc.nat(), overflow: fc.constantFrom('drop-head', 'reject-publish') },
  { requiredKeys: ['max-length'] },
);

const policy = {
  pattern,
  definition,
  priority: fc.integer({ min: -5, max: 5 }),
  'apply-to': fc.constantFrom('all', 'queues', 'exchanges'),
};

function subset<Name extends string>(names: readonly Name[]): fc.Arbitrary<Name[]> {
  return fc.subarray([...names]);
}

export function definitionsArbitrary(): fc.Arbitrary<DefinitionsDocument> {
  return fc.tuple(subset(USERS), subset(VHOSTS)).chain(([users, vhosts]) => {
    /** An entry of each vhost for each of some names. */
    const inVhosts = <Entry extends object>(
      names: readonly string[],
      fields: { [Key in keyof Entry]: fc.Arbitrary<Entry[Key]> },
    ) =>
      fc
        .tuple(...vhosts.map((vhost) => subset(names).map((chosen) => chosen.map((name) => ({ vhost, name })))))
        .chain((places) =>
          fc.tuple(
            ...places.flat().map((place) => fc.record(fields).map((entry) => ({ ...place, ...(entry as Entry) }))),
          ),
        );
    const ofUsers = <Entry extends object>(fields: { [Key in keyof Entry]: fc.Arbitrary<Entry[Key]> }) =>
      inVhosts<Entry>(users, fields).map((entries) => entries.map(({ name: user, ...entry }) => ({ user, ...entry })));
    return fc.record({
      users: fc.tuple(...users.map((name) => userArbitrary(name))),
      vhosts: fc.tuple(...vhosts.map((name) => vhostArbitrary(name))),
      permissions: ofUsers({ configure: pattern, write: pattern, read: pattern }),
      topic_permissions: ofUsers({ exchange: fc.constantFrom(...EXCHANGES), write: pattern, read: pattern }),
      parameters: inVhosts(['limits'], {
        component: fc.constant('vhost-limits'),
        value: fc.record({ 'max-queues': fc.constant(100), 'max-connections': limit }),
      }).chain((limits) =>
        inVhosts(['o1', 'o2'], { component: fc.constant('operator_policy'), value: fc.record(policy) }).map(
          (policies) => [...limits, ...policies],
        ),
      ),
      global_parameters: subset(['cluster_name', 'g']).map((names) =>
        names.map((name) => ({ name, value: { [name]: 1 } })),
      ),
      policies: inVhosts(['p1', 'p2', 'p3'], policy),
      queues: inVhosts(QUEUES, { durable: fc.boolean(), auto_delete: fc.boolean(), arguments: queueArguments }),
      exchanges: inVhosts(EXCHANGES, {
        type: fc.constantFrom('direct', 'fanout', 'topic', 'headers'),
        durable: fc.boolean(),
        auto_delete: fc.constant(false),
        internal: fc.boolean(),
        arguments: fc.record({ 'alternate-exchange': fc.constantFrom(...EXCHANGES) }, { requiredKeys: [] }),
      }),
      bindings: inVhosts(['amq.direct', 'amq.headers', 'amq.topic'], {
        destination: fc.constantFrom('amq.fanout', 'amq.match'),
        routing_key: fc.constantFrom('', 'a.b', '#'),
        arguments: fc.record({ 'x-match': fc.constantFrom('all', 'any'), key: fc.nat() }, { requiredKeys: [] }),
      }).map((entries) =>
        entries.map(({ name, ...binding }) => ({ source: name, destination_type: 'exchange', ...binding })),
      ),
    }) as fc.Arbitrary<DefinitionsDocument>;
  });
}

function userArbitrary(name: string) {
  const { passwordHash, hashingAlgorithm } = userWithPassword(name, name, []);
  const limits = fc.record({ 'max-connections': limit, 'max-channels': limit }, { requiredKeys: [] });
  return fc.record({
    name: fc.constant(name),
    password_hash: fc.constantFrom(passwordHash, ''),
    hashing_algorithm: fc.constant(hashingAlgorithm),
    tags: fc.oneof(
      words,
      words.map((tags) => tags.join(',')),
    ),
    limits,
  });
}

function vhostArbitrary(name: string) {
  return fc.record({
    name: fc.constant(name),
    description: some(fc.string()),
    tags: some(words),
    default_queue_type: some(fc.constantFrom('classic', 'quorum')),
  });
}
