/** Content properties: decoding, encoding, editing, and the scans of their bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFieldTable } from '../../../src/codec/field-table.ts';
import {
  checkProperties,
  decodeProperties,
  editProperties,
  encodeProperties,
  findProperty,
  propertyFlags,
  readDeliveryMode,
  type BasicProperties,
} from '../../../src/codec/properties.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import * as constants from '../../../src/protocol/generated/constants.ts';
import { camelCase, constantCase, typeOfField } from '../../../scripts/protocol/specification.ts';
import { readSpecification } from '../../../scripts/generate-protocol.ts';
import { elementary, embed } from './arbitraries.ts';

const specification = readSpecification();
const specified = specification.classes.find(({ name }) => name === 'basic')!.properties!;

const properties = fc.record(
  Object.fromEntries(specified.map((field) => [camelCase(field.name), elementary(typeOfField(specification, field))])),
  { requiredKeys: [] },
) as fc.Arbitrary<BasicProperties>;

const all: BasicProperties = {
  contentType: 'a/b',
  contentEncoding: 'gzip',
  headers: toFieldTable({ k: true }),
  deliveryMode: 2,
  priority: 9,
  correlationId: 'c',
  replyTo: 'r',
  expiration: '60000',
  messageId: 'm',
  timestamp: 1,
  type: 't',
  userId: 'guest',
  appId: 'a',
  clusterId: '',
};

const allBytes = Buffer.from(
  'fffc' + // fourteen flags, two unused bits
    '03612f62' + // content-type
    '04677a6970' + // content-encoding
    '00000004016b7401' + // headers
    '02' + // delivery-mode
    '09' + // priority
    '0163' + // correlation-id
    '0172' + // reply-to
    '053630303030' + // expiration
    '016d' + // message-id
    '0000000000000001' + // timestamp
    '0174' + // type
    '056775657374' + // user-id
    '0161' + // app-id
    '00', // cluster-id
  'hex',
);

describe('basic properties', () => {
  it('writes and reads all fourteen in the order of their flags', () => {
    expect(encodeProperties(all)).toEqual(allBytes);
    expect(decodeProperties(allBytes, 0, allBytes.length)).toEqual(all);
  });

  it('takes two bytes where no property is set', () => {
    expect(encodeProperties({})).toEqual(Buffer.from([0, 0]));
    expect(decodeProperties(Buffer.from([0, 0]), 0, 2)).toEqual({});
  });

  it('comes back as it was written, whatever is set', () => {
    fc.assert(
      fc.property(properties, fc.nat(255), (value, filler) => {
        const { buffer, start, end } = embed(encodeProperties(value), filler);
        expect(decodeProperties(buffer, start, end)).toEqual(value);
        expect(() => checkProperties(buffer, start, end)).not.toThrow();
      }),
    );
  });

  it('fails when cut short anywhere, and never looks past its end', () => {
    for (const filler of [0, 1, 0x46, 255]) {
      const { buffer, start, end } = embed(allBytes, filler);
      for (let cut = start; cut < end; cut++) {
        expect(() => decodeProperties(buffer, start, cut)).toThrow(AmqpError);
        expect(() => checkProperties(buffer, start, cut)).toThrow(AmqpError);
        expect(() => editProperties(buffer, start, cut, {})).toThrow(AmqpError);
        expect(() => findProperty(buffer, start, cut, constants.PROPERTY_CLUSTER_ID)).toThrow(AmqpError);
      }
    }
  });

  it('refuses bytes left over after the last property', () => {
    const bytes = Buffer.from('100002ff', 'hex');
    expect(decodeProperties(bytes, 0, 3)).toEqual({ deliveryMode: 2 });
    expect(() => decodeProperties(bytes, 0, 4)).toThrow('1 bytes left over');
    expect(() => checkProperties(bytes, 0, 4)).toThrow('1 bytes left over');
  });

  it('ignores flag bits that no property has, as RabbitMQ does', () => {
    const bytes = Buffer.from('100302', 'hex');
    expect(decodeProperties(bytes, 0, 3)).toEqual({ deliveryMode: 2 });
    expect(() => checkProperties(bytes, 0, 3)).not.toThrow();
  });

  it('takes short strings that are not UTF-8, as RabbitMQ does', () => {
    const [bytes, others] = ['040002c328', '040002c428'].map((hex) => Buffer.from(hex, 'hex'));
    expect(() => checkProperties(bytes, 0, bytes.length)).not.toThrow();
    const { correlationId } = decodeProperties(bytes, 0, bytes.length);
    expect(correlationId).not.toBe(decodeProperties(others, 0, others.length).correlationId);
  });

  it('keeps flag bits that no property has when another property changes', () => {
    const bytes = Buffer.from('100302', 'hex');
    expect(editProperties(bytes, 0, 3, { deliveryMode: undefined, priority: 1 }).toString('hex')).toBe('080301');
  });

  it('refuses headers whose nested fields are malformed', () => {
    const bytes = Buffer.from('2000' + '00000004' + '01617a00', 'hex');
    expect(() => checkProperties(bytes, 0, bytes.length)).toThrow('unknown field type 122');
  });
});

describe('editProperties', () => {
  it('sets, replaces and removes properties', () => {
    const edited = editProperties(allBytes, 0, allBytes.length, { expiration: undefined, replyTo: 'new', priority: 0 });
    const rest: BasicProperties = { ...all };
    delete rest.expiration;
    expect(decodeProperties(edited, 0, edited.length)).toEqual({ ...rest, replyTo: 'new', priority: 0 });
    const added = editProperties(Buffer.from([0, 0]), 0, 2, { headers: toFieldTable({ k: true }) });
    expect(added.toString('hex')).toBe('2000' + '00000004016b7401');
  });

  it('copies the bytes that it does not change, even those that are no text', () => {
    const bytes = Buffer.from('0600' + '02c328' + '0172', 'hex');
    expect(editProperties(bytes, 0, bytes.length, { replyTo: 'x' }).toString('hex')).toBe('0600' + '02c328' + '0178');
  });

  it('equals encoding the changed properties', () => {
    fc.assert(
      fc.property(properties, properties, (before, changes) => {
        const { buffer, start, end } = embed(encodeProperties(before), 255);
        expect(editProperties(buffer, start, end, changes)).toEqual(encodeProperties({ ...before, ...changes }));
      }),
    );
  });
});

describe('scans of encoded properties', () => {
  it('finds each property behind any others', () => {
    fc.assert(
      fc.property(properties, fc.nat(255), (value, filler) => {
        const { buffer, start, end } = embed(encodeProperties(value), filler);
        let expected = start + 2;
        for (const field of specified) {
          const name = camelCase(field.name) as keyof BasicProperties;
          const flag = (constants as Record<string, number>)[`PROPERTY_${constantCase(field.name)}`];
          const isSet = name in value;
          expect((propertyFlags(buffer, start) & flag) !== 0).toBe(isSet);
          expect(findProperty(buffer, start, end, flag)).toBe(isSet ? expected : -1);
          if (isSet) expected += encodeProperties({ [name]: value[name] }).length - 2;
        }
        expect(expected).toBe(end);
      }),
    );
  });

  it('reads the delivery mode behind type, encoding and headers, and 0 where there is none', () => {
    expect(readDeliveryMode(allBytes, 0, allBytes.length)).toBe(2);
    expect(readDeliveryMode(Buffer.from('100001', 'hex'), 0, 3)).toBe(1);
    expect(readDeliveryMode(Buffer.from('080005', 'hex'), 0, 3)).toBe(0);
    expect(() => readDeliveryMode(Buffer.from('1000ff', 'hex'), 0, 2)).toThrow(AmqpError);
    expect(() => readDeliveryMode(Buffer.from('0000ff', 'hex'), 0, 1)).toThrow(AmqpError);
  });
});
