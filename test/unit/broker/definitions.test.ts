import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { DefinitionsDocument } from '../../../src/broker/definitions/document.ts';
import { passwordMatches } from '../../../src/broker/access/passwords.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import { exportDefinitions, exportVhostDefinitions } from '../../../src/broker/definitions/export.ts';
import { DefinitionsError } from '../../../src/broker/definitions/definitions-error.ts';
import { importDefinitions } from '../../../src/broker/definitions/import.ts';
import { IMPORT_JOURNAL } from '../../../src/broker/parameters/parameters.ts';
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import { MemoryStore } from '../../../src/testing/store/memory-store.ts';
import { definitionsArbitrary } from '../../support/definitions.ts';
import { nodeInMemory } from '../../support/recovery/node.ts';

const PRODUCT = { product: 'RabbitMQ', productVersion: '3.13.7' };
const DEFAULTS = { user: 'guest', password: 'guest', vhost: '/' };

const read = (name: string): DefinitionsDocument =>
  JSON.parse(readFileSync(new URL(`../../support/${name}`, import.meta.url), 'utf8')) as DefinitionsDocument;

function blankNode(): BrokerNode {
  const node = new BrokerNode(new MemoryStore(), Infinity);
  node.recover();
  return node;
}

async function problemsOf(node: BrokerNode, document: unknown): Promise<string[]> {
  try {
    await importDefinitions(node, document);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionsError)) throw error;
    return error.problems.map(({ path, text }) => `${path}: ${text}`);
  }
}

describe('definitions', () => {
  test('that RabbitMQ 3.10 exported are imported, and come out as they went in', async () => {
    const node = blankNode();
    const document = read('rabbitmq-3.10-definitions.json');
    expect(await importDefinitions(node, document)).toEqual([]);
    const guest = node.existingUser('guest');
    expect([passwordMatches(guest, Buffer.from('guest')), guest.tags]).toEqual([true, ['administrator']]);
    const exported = exportDefinitions(node, PRODUCT);
    for (const section of ['permissions', 'topic_permissions', 'global_parameters', 'policies'] as const) {
      expect(exported[section], section).toEqual(document[section]);
    }
    for (const section of ['queues', 'exchanges', 'bindings', 'parameters'] as const) {
      const set = (list: readonly object[] = []) => new Set(list);
      expect(set(exported[section]), section).toEqual(set(document[section]));
    }
  });

  test('come out of a second broker, and out of one that was restarted, as out of the first', async () => {
    await fc.assert(
      fc.asyncProperty(definitionsArbitrary(), async (document) => {
        const first = blankNode();
        await importDefinitions(first, document);
        const exported = exportDefinitions(first, PRODUCT);
        const json = JSON.parse(JSON.stringify(exported)) as DefinitionsDocument;
        expect(json).toEqual(exported);
        const second = blankNode();
        expect(await importDefinitions(second, json)).toEqual([]);
        expect(exportDefinitions(second, PRODUCT)).toEqual(exported);
        expect(await importDefinitions(second, json)).toEqual([]);
        expect(exportDefinitions(second, PRODUCT)).toEqual(exported);
        await new Promise<void>((resolve) => second.store.afterCommit(resolve));
        const restarted = new BrokerNode(second.store, Infinity);
        restarted.recover();
        const durable = <Entry extends { readonly durable?: boolean }>(list: readonly Entry[] = []) =>
          list.filter((entry) => entry.durable);
        // Bindings of what is not durable go too; which ones is proved elsewhere.
        expect({ ...exportDefinitions(restarted, PRODUCT), bindings: [] }).toEqual({
          ...exported,
          queues: durable(exported.queues),
          exchanges: durable(exported.exchanges),
          bindings: [],
        });
      }),
      { numRuns: 60 },
    );
  });

  test('of one vhost go into another', async () => {
    const { node, vhost } = nodeInMemory();
    const document = {
      queues: [{ name: 'q', vhost: '/', durable: true, arguments: { 'x-max-length': 5 } }],
      exchanges: [{ name: 'x', vhost: '/', type: 'topic' }],
      bindings: [{ source: 'x', vhost: '/', destination: 'q', destination_type: 'queue', routing_key: 'a.#' }],
      policies: [{ name: 'p', vhost: '/', pattern: '^q', definition: { expires: 5000 } }],
    };
    await importDefinitions(node, document);
    const other = node.putVhost({ name: 'other', description: '', tags: [], defaultQueueType: undefined });
    const exported = exportVhostDefinitions(node, vhost, PRODUCT);
    await importDefinitions(node, exported, { vhost: 'other' });
    // Policies name the vhost, as in RabbitMQ's exports.
    const policies = exported.policies!.map((policy) => ({ ...policy, vhost: 'other' }));
    expect(exportVhostDefinitions(node, other, PRODUCT)).toEqual({ ...exported, policies });
    expect([exported.bindings, exported.policies![0].vhost]).toMatchObject([{ length: 1 }, '/']);
    // So do they in what is posted as a whole.
    const third = nodeInMemory();
    expect(await problemsOf(third.node, exported)).toEqual([]);
    expect(third.vhost.queue('q')).toBeDefined();
  });

  test('with problems of form are refused with the place of each', async () => {
    const { node } = nodeInMemory();
    const before = exportDefinitions(node, PRODUCT);
    const document = {
      users: [
        { name: 'u', password: '' },
        { name: 'v', password_hash: 'abc' },
        { name: 'w', password_hash: 5 },
      ],
      vhosts: [{ name: 'v', default_queue_type: 'odd' }, { name: '' }, { name: 'w', limits: { 'max-queues': 'x' } }],
      permissions: [{ user: 'u', vhost: '/', configure: 1, write: '', read: '' }],
      queues: [{ name: 'fine', vhost: '/' }, { name: 'q', vhost: '/', durable: 'yes' }, { name: 'q' }, 5],
      exchanges: { name: 'x' },
      bindings: [{ source: 's', vhost: '/', destination: 'd', destination_type: 'topic' }],
      policies: [{ name: 'p', vhost: '/', pattern: 'x', definition: 'none', priority: 1.5 }],
    };
    expect(await problemsOf(node, document)).toEqual([
      '$.vhosts[0].default_queue_type: must be one of classic, quorum, stream, not "odd"',
      '$.vhosts[1].name: must be a name of 1 to 255 bytes, not ""',
      '$.vhosts[2].limits: Validation failed: max-queues should be a number, actually was <<"x">>',
      '$.users[0].password: must not be empty',
      '$.users[1].password_hash: must be base64 of a salt and its hash, or empty',
      '$.users[2].password_hash: must be a string, not 5',
      '$.permissions[0].configure: must be a string, not 1',
      '$.policies[0].definition: must be an object, not "none"',
      '$.policies[0].priority: must be an integer, not 1.5',
      '$.queues[1].durable: must be true or false, not "yes"',
      '$.queues[2].vhost: is missing; it must be a string',
      '$.queues[3]: must be an object, not 5',
      '$.queues[3].vhost: is missing; it must be a string',
      '$.queues[3].name: is missing; it must be a string',
      '$.exchanges: must be an array, not {"name":"x"}',
      '$.bindings[0].destination_type: must be queue or exchange, not "topic"',
    ]);
    expect(exportDefinitions(node, PRODUCT)).toEqual(before);
  });

  test('that the broker would refuse are refused whole, with the place of each', async () => {
    const { node } = nodeInMemory();
    const before = exportDefinitions(node, PRODUCT);
    const document = {
      users: [{ name: 'new', password: 'secret' }],
      permissions: [
        { user: 'nobody', vhost: '/', configure: '', write: '', read: '' },
        { user: 'new', vhost: '/', configure: '(', write: '', read: '' },
      ],
      exchanges: [
        { name: 'h', vhost: '/', type: 'headers' },
        { name: 'x', vhost: '/', type: 'nonsense' },
      ],
      policies: [{ name: 'p', vhost: '/', pattern: 'x', definition: { foo: 1 } }],
      parameters: [{ component: 'vhost-limits', name: 'limits', vhost: '/', value: { 'max-foo': 1 } }],
      queues: [
        { name: 'fine', vhost: '/' },
        { name: 'q', vhost: 'nope' },
        { name: 'q', vhost: '/', arguments: { 'x-message-ttl': -1 } },
      ],
      bindings: [
        { source: 'h', vhost: '/', destination: 'fine', destination_type: 'queue', arguments: { 'x-match': 'odd' } },
      ],
    };
    expect(await problemsOf(node, document)).toEqual([
      "$.permissions[0]: User 'nobody' does not exist",
      `$.permissions[1]: regular expression '(' is invalid: {"missing )",1}`,
      "$.exchanges[1]: PRECONDITION_FAILED - unknown exchange type 'nonsense'",
      '$.policies[0]: Validation failed: [{<<"foo">>,1}] are not recognised policy settings',
      "$.queues[1]: Virtual host 'nope' does not exist",
      "$.queues[2]: PRECONDITION_FAILED - invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}",
      '$.parameters[0]: Validation failed: Unrecognised terms [{<<"max-foo">>,1}] in limits',
      expect.stringMatching(/^\$\.bindings\[0\]: PRECONDITION_FAILED - Invalid x-match field value <<"odd">>/),
    ]);
    expect(exportDefinitions(node, PRODUCT)).toEqual(before);
  });

  test('that the memory ran out for leave nothing, wherever that was', async () => {
    const { node, vhost } = nodeInMemory();
    await importDefinitions(node, read('rabbitmq-3.10-definitions.json'));
    await importDefinitions(node, {
      users: [{ name: 'old', password: 'p' }],
      vhosts: [{ name: 'mine', description: 'old' }],
      queues: [{ name: 'there', vhost: '/' }],
      policies: [{ name: 'p', vhost: '/', pattern: '^there', definition: { expires: 5000 } }],
    });
    const document = {
      users: [
        { name: 'old', password: 'q', limits: { 'max-channels': 3 } },
        { name: 'new', password: 'p' },
      ],
      vhosts: [
        { name: 'mine', description: 'new' },
        { name: 'another', limits: { 'max-queues': 90 } },
      ],
      permissions: [{ user: 'old', vhost: '/', configure: '', write: '', read: '' }],
      topic_permissions: [{ user: 'old', vhost: '/', exchange: 'amq.topic', write: '', read: '' }],
      global_parameters: [{ name: 'g', value: 1 }],
      policies: [{ name: 'p', vhost: '/', pattern: '^there', definition: { expires: 6000 } }],
      parameters: [
        { component: 'operator_policy', name: 'o', vhost: '/', value: { pattern: 'x', definition: { expires: 1 } } },
        { component: 'shovel', name: 's', vhost: '/', value: {} },
        { component: 'vhost-limits', name: 'limits', vhost: '/', value: { 'max-queues': 900 } },
      ],
      exchanges: [
        { name: 'fresh', vhost: '/', type: 'topic' },
        { name: 'fresh', vhost: 'another', type: 'topic' },
      ],
      queues: [
        { name: 'fresh', vhost: '/' },
        ...Array.from({ length: 40 }, (_, n) => ({ name: `fresh${n}`, vhost: 'another' })),
      ],
      bindings: ['fresh', 'there'].map((destination) => ({
        ...{ source: 'amq.fanout', vhost: '/', destination, destination_type: 'queue', routing_key: 'k' },
      })),
    };
    const before = exportDefinitions(node, PRODUCT);
    const checkRoom = vi.spyOn(node.heapLimit, 'checkRoom');
    for (let room = 0; room < 3; room++) {
      let asked = 0;
      checkRoom.mockImplementation(() => {
        if (asked++ >= room) throw new AmqpError('RESOURCE_ERROR', 'used up');
      });
      expect(await problemsOf(node, document)).not.toEqual([]);
      expect(exportDefinitions(node, PRODUCT), `after ${room}`).toEqual(before);
      expect([...node.parameters.of(IMPORT_JOURNAL, '')], `after ${room}`).toEqual([]);
    }
    expect(vhost.policies.appliedTo(vhost.queue('there')!).definition).toEqual({ expires: 5000 });
    await new Promise<void>((resolve) => node.store.afterCommit(resolve));
    const restarted = new BrokerNode(node.store, Infinity);
    restarted.recover();
    expect([...restarted.vhosts].map(({ name }) => name).sort()).toEqual(
      [...node.vhosts].map(({ name }) => name).sort(),
    );
    expect([...restarted.vhost('/')!.queues].map(({ name }) => name)).not.toContain('fresh');
    expect(restarted.auth.user('new')).toBeUndefined();
    checkRoom.mockRestore();
    expect(await problemsOf(node, document)).toEqual([]);
  });

  test('that would exceed the limit of queues are refused whole', async () => {
    const { node, vhost } = nodeInMemory();
    const plain = { durable: true, autoDelete: false, owner: undefined, arguments: new Map() };
    for (const name of ['a', 'b', 'c']) vhost.declareQueue({ name, ...plain });
    node.limits.setVhost('/', { 'max-queues': 4 });
    const queues = ['a', 'd', 'e'].map((name) => ({ name, vhost: '/' }));
    expect(await problemsOf(node, { queues })).toEqual([
      "$.queues: adding 2 queue(s) to virtual host '/' would exceed its limit of 4: it has 3",
    ]);
    expect(await problemsOf(node, { queues: queues.slice(0, 2) })).toEqual([]);
  });

  test('leave queues and exchanges that exist as they are, and say where they differ', async () => {
    const { node, vhost } = nodeInMemory();
    await importDefinitions(node, { queues: [{ name: 'q', vhost: '/', arguments: { 'x-max-length': 5 } }] });
    await importDefinitions(node, { exchanges: [{ name: 'x', vhost: '/', type: 'fanout' }] });
    const warnings = await importDefinitions(node, {
      queues: [
        { name: 'q', vhost: '/', arguments: { 'x-max-length': 6 } },
        { name: 'amq.gen-1', vhost: '/' },
      ],
      exchanges: [{ name: 'x', vhost: '/', type: 'direct' }],
      bindings: [{ source: 'x', vhost: '/', destination: 'gone', destination_type: 'queue', routing_key: '' }],
      parameters: [{ component: 'shovel', vhost: '/', name: 's', value: {} }],
    });
    expect(warnings).toEqual([
      {
        path: '$.exchanges[0]',
        text: "stays as it is: PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'direct' but current is 'fanout'",
      },
      { path: '$.parameters[0]', text: 'kept, but without effect: component shovel is not supported' },
      {
        path: '$.queues[0]',
        text: "stays as it is: PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received '6' but current is '5'",
      },
      { path: '$.queues[1]', text: 'skipped: names that begin with amq. are reserved' },
      { path: '$.bindings[0]', text: "skipped: there is no queue 'gone'" },
    ]);
    expect(vhost.queue('q')?.arguments.get('x-max-length')).toMatchObject({ value: 5 });
  });

  test('do not hold exclusive queues, nor bindings to them', () => {
    const { node, vhost } = nodeInMemory();
    const options = { name: 'mine', durable: false, autoDelete: false, owner: {}, arguments: new Map() };
    vhost.declareQueue(options);
    const binding = { source: 'amq.fanout', destinationKind: 'queue', destination: 'mine', routingKey: '' } as const;
    vhost.bind({ ...binding, arguments: new Map() }, options.owner);
    const { queues, bindings } = exportDefinitions(node, PRODUCT);
    expect([queues, bindings]).toEqual([[], []]);
  });
});

describe('a blank broker', () => {
  const names = (node: BrokerNode) => [
    Array.from(node.auth.users, ({ name }) => name),
    Array.from(node.vhosts, ({ name }) => name),
    node.auth.permissions.map(({ user, vhost }) => `${user} in ${vhost}`),
  ];

  test('gets its default user and vhost beside definitions without users and vhosts', async () => {
    const node = blankNode();
    await importDefinitions(node, { queues: [{ name: 'q', vhost: '/' }] }, { defaults: DEFAULTS });
    expect(names(node)).toEqual([['guest'], ['/'], ['guest in /']]);
  });

  test('gets neither where the definitions bring both', async () => {
    const node = blankNode();
    const permissions = [{ user: 'u', vhost: 'v', configure: '', write: '', read: '' }];
    const document = { users: [{ name: 'u', password: 'p' }], vhosts: [{ name: 'v' }], permissions };
    await importDefinitions(node, document, { defaults: DEFAULTS });
    expect(names(node)).toEqual([['u'], ['v'], ['u in v']]);
  });

  test('lets the default user into vhosts that the definitions let nobody into', async () => {
    const node = blankNode();
    await importDefinitions(node, { vhosts: [{ name: 'a' }, { name: '/' }] }, { defaults: DEFAULTS });
    expect(names(node)).toEqual([['guest'], ['a', '/'], ['guest in a', 'guest in /']]);
  });

  test('gets both beside those of the definitions if somebody named them', async () => {
    const node = blankNode();
    const document = { users: [{ name: 'u', password: 'p' }], vhosts: [{ name: 'v' }] };
    await importDefinitions(node, document, { defaults: { ...DEFAULTS, always: true } });
    expect(names(node)).toEqual([
      ['guest', 'u'],
      ['/', 'v'],
      ['guest in /', 'guest in v'],
    ]);
  });

  test('that met a problem is still blank', async () => {
    const node = blankNode();
    const document = { queues: [{ name: 'q', vhost: 'nope' }] };
    await expect(importDefinitions(node, document, { defaults: DEFAULTS })).rejects.toThrow(DefinitionsError);
    expect(node.blank).toBe(true);
  });
});
