/** The generator and what it generated. */
import { describe, expect, it } from 'vitest';
import { differingFiles, generateProtocol, readSpecification } from '../../../scripts/generate-protocol.ts';
import { allMethods, wireLayout, type Specification } from '../../../scripts/protocol/specification.ts';
import {
  BASIC_PUBLISH,
  FRAME_END,
  PROPERTY_CLUSTER_ID,
  PROPERTY_CONTENT_TYPE,
} from '../../../src/protocol/generated/constants.ts';
import { METHOD_IDS, METHODS_WITH_CONTENT } from '../../../src/protocol/generated/methods.ts';
import { REPLY_CODES } from '../../../src/protocol/generated/reply-codes.ts';

const specification = readSpecification();

function oneMethod(fields: Specification['classes'][0]['methods'][0]['fields']): Specification {
  const method = { name: 'try', id: 7, receivers: ['client', 'server'] as const, fields };
  return { ...specification, classes: [{ name: 'sample', id: 200, methods: [method] }] };
}

describe('the generated files', () => {
  it('are what the generator writes', async () => {
    expect(await differingFiles()).toEqual([]);
  });

  it('number methods, flags and frame ends as the wire has them', () => {
    expect([BASIC_PUBLISH, FRAME_END, PROPERTY_CONTENT_TYPE, PROPERTY_CLUSTER_ID]).toEqual([
      60 * 65536 + 40,
      206,
      0x8000,
      0x0004,
    ]);
    expect(METHOD_IDS['exchange.unbind-ok']).toEqual({ classId: 40, methodId: 51 });
  });

  it('know exactly four methods with content', () => {
    expect([...METHODS_WITH_CONTENT].sort()).toEqual([
      'basic.deliver',
      'basic.get-ok',
      'basic.publish',
      'basic.return',
    ]);
  });

  it('tell soft from hard errors as RabbitMQ does', () => {
    const soft = Object.values(REPLY_CODES)
      .filter(({ hard }) => !hard)
      .map(({ code }) => code);
    expect(soft).toEqual([200, 311, 312, 313, 403, 404, 405, 406]);
  });
});

describe('the specification', () => {
  it('gives every method its own ids and every reply a method', () => {
    const methods = allMethods(specification);
    expect(new Set(methods.map(({ key }) => key)).size).toBe(methods.length);
    const names = new Set(methods.map(({ fullName }) => fullName));
    for (const { classSpec, replies = [] } of methods) {
      for (const reply of replies) expect(names).toContain(`${classSpec.name}.${reply}`);
    }
  });

  it('marks what RabbitMQ adds', () => {
    const extensions = allMethods(specification)
      .filter(({ extension, classSpec }) => extension ?? classSpec.extension)
      .map(({ fullName }) => fullName);
    expect(extensions).toEqual([
      'connection.blocked',
      'connection.unblocked',
      'connection.update-secret',
      'connection.update-secret-ok',
      'access.request',
      'access.request-ok',
      'exchange.bind',
      'exchange.bind-ok',
      'exchange.unbind',
      'exchange.unbind-ok',
      'basic.nack',
      'confirm.select',
      'confirm.select-ok',
    ]);
  });
});

describe('the generator', () => {
  const bit = (name: string) => ({ name, domain: 'bit' });

  it('puts neighbouring bits into octets of eight and starts a new one after any other field', () => {
    const bits = Array.from({ length: 10 }, (_, index) => bit(`b${index}`));
    const layout = wireLayout(specification, [...bits, { name: 'middle', domain: 'octet' }, bit('last')]);
    const sizes = layout.map((item) => (item.kind === 'field' ? item.field.name : item.bits.length));
    expect(sizes).toEqual([8, 2, 'middle', 1]);
  });

  it('reads and writes the ninth bit as the lowest of a second octet', async () => {
    const bits = Array.from({ length: 9 }, (_, index) => bit(`b${index}`));
    const files = await generateProtocol(oneMethod(bits));
    const codec = files.get('src/wire/generated/method-codec.ts')!;
    expect(codec.match(/reader\.u8\(\)/g)).toHaveLength(2);
    expect(codec).toContain('b7: (bits & 0x80) !== 0');
    expect(codec).toContain('b8: (bits2 & 0x01) !== 0');
    expect(codec).toContain('out.u8(method.b8 ? 0x01 : 0)');
  });

  it('leaves reserved fields out of the types and sends them as zero', async () => {
    const files = await generateProtocol(
      oneMethod([{ name: 'ticket', domain: 'short', reserved: true }, { ...bit('gone'), reserved: true }, bit('kept')]),
    );
    const codec = files.get('src/wire/generated/method-codec.ts')!;
    expect(files.get('src/protocol/generated/methods.ts')).not.toMatch(/ticket|gone/);
    expect(codec).toContain('out.u16(0)');
    expect(codec).toContain('kept: (bits & 0x02) !== 0');
  });

  it('refuses a field of a domain that the specification does not have', async () => {
    await expect(generateProtocol(oneMethod([{ name: 'x', domain: 'nonsense' }]))).rejects.toThrow(
      'unknown domain nonsense',
    );
  });
});
