/** What RabbitMQ's tools wrote over the years. The files in test/support/definitions have the forms of real exports, with other names. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { passwordMatches } from '../../../src/broker/access/passwords.ts';
import { exportDefinitions } from '../../../src/broker/definitions/export.ts';
import type { DefinitionsError } from '../../../src/broker/definitions/definitions-error.ts';
import { importDefinitions } from '../../../src/broker/definitions/import.ts';
import { decodeText, readJsonText } from '../../../src/broker/definitions/json-text.ts';
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import { MemoryStore } from '../../../src/testing/store/memory-store.ts';
import { atOnce } from '../../../src/util/steps.ts';

const parse = (text: string) => atOnce(readJsonText(text));
const DEFAULTS = { user: 'guest', password: 'guest', vhost: '/' };
const PRODUCT = { product: 'RabbitMQ', productVersion: '4.2.1' };

function blankNode(): BrokerNode {
  const node = new BrokerNode(new MemoryStore(), Infinity);
  node.recover();
  return node;
}

/** A new node with the definitions, and the warnings that they gave. */
async function nodeWith(document: unknown): Promise<{ node: BrokerNode; warnings: string[] }> {
  const node = blankNode();
  const warnings = await importDefinitions(node, document, { defaults: DEFAULTS, defaultVhost: DEFAULTS.vhost });
  return { node, warnings: warnings.map(({ path, text }) => `${path}: ${text}`) };
}

function read(name: string): unknown {
  return parse(readFileSync(new URL(`../../support/definitions/${name}`, import.meta.url), 'utf8')).document;
}

const logsIn = (node: BrokerNode, user: string): boolean => passwordMatches(node.existingUser(user), Buffer.from(user));
const definitionOf = (node: BrokerNode, vhost: string, queue: string) => {
  const { policies, queues } = node.existingVhost(vhost);
  return policies.appliedTo([...queues].find(({ name }) => name === queue)!).definition;
};

describe('definitions', () => {
  test('of 3.5 have MD5 hashes that are not named, mirrors, and queues named by the server', async () => {
    const { node, warnings } = await nodeWith(read('http-3.5.json'));
    expect(warnings).toEqual([
      '$.queues[1]: skipped: names that begin with amq. are reserved',
      "$.bindings[1]: skipped: there is no queue 'amq.gen-6fQnPAtbPbMVN5RUdUSqBg'",
    ]);
    expect([logsIn(node, 'ferry'), logsIn(node, 'tide')]).toEqual([true, true]);
    expect(exportDefinitions(node, PRODUCT)).toMatchObject({
      users: [
        { name: 'ferry', hashing_algorithm: 'rabbit_password_hashing_md5', tags: ['administrator'] },
        { name: 'tide', tags: [] },
      ],
      queues: [{ name: 'quay' }],
      bindings: [{ source: 'boats', destination: 'quay' }],
    });
  });

  test('of rabbitmqctl 3.10 have lists of pairs for objects, and more queues than the limit that was set later', async () => {
    const { node, warnings } = await nodeWith(read('ctl-3.10.json'));
    expect(warnings).toEqual([
      '$.vhosts[0].limits: is a list of pairs, and taken for an object',
      '$.global_parameters[0].value: is a list of pairs, and taken for an object',
      '$.parameters[0].value.definition: is a list of pairs, and taken for an object',
      // The tool leaves internal exchanges out, but not what is bound to them.
      "$.bindings[0]: skipped: there is no exchange 'inner'",
    ]);
    expect(definitionOf(node, 'harbour', 'quay')).toEqual({ 'max-length': 3 });
    expect(node.limits.vhost('harbour')).toEqual({ 'max-queues': 1, 'max-connections': 7 });
    expect(node.limits.user('ferry')).toEqual({ 'max-channels': 3 });
    expect(exportDefinitions(node, PRODUCT)).toMatchObject({
      global_parameters: [{ name: 'cluster_tags' }, { value: { '1883': 'harbour' } }],
      queues: [{ name: 'dock', arguments: { 'x-queue-type': 'quorum' } }, { name: 'quay' }],
      bindings: [{ source: 'boats' }],
    });
  });

  test('of rabbitmqctl 3.12 say undefined for no default queue type, and "" for an empty list', async () => {
    const { node, warnings } = await nodeWith(read('ctl-3.12.json'));
    expect(warnings).toEqual([]);
    expect(node.vhostSpec('/')).toMatchObject({ defaultQueueType: undefined, description: 'Default virtual host' });
    expect(logsIn(node, 'ferry')).toBe(true);
  });

  test('of 4.2 have the keys of 4.x', async () => {
    const { node, warnings } = await nodeWith(read('http-4.2.json'));
    expect(warnings).toEqual([]);
    const harbour = { defaultQueueType: 'quorum', tags: ['a', 'b'], protectedFromDeletion: false };
    expect(node.vhostSpec('harbour')).toMatchObject(harbour);
    expect(node.vhostSpec('/')).toMatchObject({ protectedFromDeletion: true });
    expect(exportDefinitions(node, PRODUCT)).toMatchObject({
      vhosts: [
        { name: '/', metadata: { protected_from_deletion: true } },
        { name: 'harbour', metadata: expect.not.objectContaining({ protected_from_deletion: false }) as object },
      ],
    });
    expect(definitionOf(node, 'harbour', 'quay')).toEqual({ 'message-ttl': 1000, 'max-length': 3, 'queue-version': 2 });
  });

  test('of one vhost, which name it or whose parameters do, go into that vhost', async () => {
    for (const file of ['vhost-3.10.json', 'vhost-4.2.json']) {
      const { node, warnings } = await nodeWith(read(file));
      expect(warnings, file).toEqual(["$: has the definitions of one vhost, which go into 'harbour'"]);
      expect(Array.from(node.vhosts, ({ name }) => name)).toEqual(['harbour']);
      expect(node.auth.mayAccess('guest', 'harbour')).toBe(true);
      expect(node.existingVhost('harbour').queue('quay'), file).toBeDefined();
    }
    const spec = (await nodeWith(read('vhost-4.2.json'))).node.vhostSpec('harbour');
    expect(spec).toMatchObject({ name: 'harbour', description: 'north', tags: ['a'], defaultQueueType: 'quorum' });
  });

  test('of one vhost that nothing names go into the default vhost, which stays as it is', async () => {
    const { node } = await nodeWith({ vhosts: [{ name: '/', description: 'mine' }] });
    await importDefinitions(node, { queues: [{ name: 'quay' }] }, { defaultVhost: '/' });
    expect(node.existingVhost('/').queue('quay')).toBeDefined();
    expect(node.vhostSpec('/')?.description).toBe('mine');
  });

  test('say of a user without a usable password that nobody can log in, as nobody can in RabbitMQ', async () => {
    const odd = Buffer.alloc(24).toString('base64');
    const md5 = Buffer.alloc(20, 1).toString('base64');
    const { node, warnings } = await nodeWith({
      users: [
        { name: 'none', tags: '' },
        { name: 'short', password_hash: odd, hashing_algorithm: 'rabbit_password_hashing_sha256', tags: '' },
        { name: 'other', password_hash: odd, hashing_algorithm: 'Bcrypt', tags: '' },
        { name: 'old', password_hash: md5, tags: '' },
      ],
    });
    expect(warnings).toEqual([
      '$.users[0]: has neither password_hash nor password: nobody can log in as this user',
      '$.users[1].password_hash: has 24 bytes, rabbit_password_hashing_sha256 makes 36: no password is right',
      '$.users[2].hashing_algorithm: Bcrypt is not known: no password is right',
      '$.users[3].hashing_algorithm: is missing; by the length of the hash it is rabbit_password_hashing_md5',
    ]);
    expect(['none', 'short', 'other'].map((user) => logsIn(node, user))).toEqual([false, false, false]);
  });

  test('with a section that is not known are imported with a warning', async () => {
    const { warnings } = await nodeWith({ queue: [{ name: 'quay' }], explanation: 'mine' });
    expect(warnings).toEqual(['$.queue: is no section of definitions, and ignored']);
  });
});

describe('the text of definitions', () => {
  test('may have a comma behind the last item, and a byte order mark', () => {
    const { document, warnings } = parse(`\uFEFF{
      "queues": [
        { "name": "quay,]", "vhost": "/", "arguments": {} },
      ],
      "policies": [{ "pattern": "\\\\\\",}", "definition": { "expires": 5000, } , }]
    }`);
    expect(warnings.map(({ path }) => path)).toEqual(['line 3', 'line 5', 'line 5']);
    expect(document).toMatchObject({ queues: [{ name: 'quay,]' }], policies: [{ pattern: '\\",}' }] });
  });

  test.each(['[,]', '{,}', '[1,,]', '[1,,2]', '{"a":1,,}', '[1;]', "{'a':1}", '[1,', '{"a":"b,}'])(
    'that is %s is no JSON',
    (broken) => {
      expect(() => parse(broken)).toThrow(SyntaxError);
    },
  );

  test('may be UTF-16, as PowerShell writes it', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a":"ü"}', 'utf16le')]);
    expect(parse(decodeText(bytes)).document).toEqual({ a: 'ü' });
  });
});

describe('what is really wrong', () => {
  test.each([
    [{ users: [{ name: 'u', password_hash: '...' }] }, '$.users[0].password_hash'],
    [{ users: 'guest' }, '$.users'],
    [{ vhosts: [{ name: 'v', limits: [['max-queues']] }] }, '$.vhosts[0].limits'],
    [{ original_vhost_name: '', queues: [] }, '$.original_vhost_name'],
  ])('is refused with its place: %j', async (document, place) => {
    const node = blankNode();
    let problems: readonly { readonly path: string }[] = [];
    try {
      await importDefinitions(node, document, { defaultVhost: '/' });
    } catch (error) {
      problems = (error as DefinitionsError).problems;
    }
    expect(problems.map(({ path }) => path)).toContain(place);
    expect(node.blank).toBe(true);
  });
});
