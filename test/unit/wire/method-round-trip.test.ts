/** Every method of the specification, with random values for its fields. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSpecification } from '../../../scripts/generate-protocol.ts';
import { allMethods, camelCase, typeOfField } from '../../../scripts/protocol/specification.ts';
import { ByteWriter } from '../../../src/codec/byte-writer.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import type { Method } from '../../../src/protocol/generated/methods.ts';
import { decodeMethod, encodeMethod } from '../../../src/wire/generated/method-codec.ts';
import { elementary, embed } from '../codec/arbitraries.ts';

const specification = readSpecification();

const cases = allMethods(specification).map((method) => {
  const shape: Record<string, fc.Arbitrary<unknown>> = { name: fc.constant(method.fullName) };
  for (const field of method.fields) {
    if (!field.reserved) shape[camelCase(field.name)] = elementary(typeOfField(specification, field));
  }
  return [method.fullName, fc.record(shape) as unknown as fc.Arbitrary<Method>] as const;
});

function encode(method: Method): Buffer {
  const out = new ByteWriter();
  encodeMethod(out, method);
  return out.take();
}

describe.each(cases)('%s', (_, methods) => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(methods, (method) => {
        const bytes = encode(method);
        expect(decodeMethod(bytes, 0, bytes.length)).toEqual(method);
      }),
      { numRuns: 30 },
    );
  });

  it('fails when cut short anywhere, and never looks past its end', () => {
    fc.assert(
      fc.property(methods, fc.nat(255), (method, filler) => {
        const { buffer, start, end } = embed(encode(method), filler);
        expect(decodeMethod(buffer, start, end)).toEqual(method);
        for (let cut = start; cut < end; cut++) {
          expect(() => decodeMethod(buffer, start, cut)).toThrow(AmqpError);
        }
      }),
      { numRuns: 5 },
    );
  });
});

describe('random bytes', () => {
  it('are a method or an AmqpError, whatever follows the ids', () => {
    const keys = fc.constantFrom(...allMethods(specification).map(({ key }) => key));
    fc.assert(
      fc.property(keys, fc.uint8Array({ maxLength: 80 }), (key, tail) => {
        const bytes = Buffer.concat([Buffer.alloc(4), tail]);
        bytes.writeUInt32BE(key);
        try {
          decodeMethod(bytes, 0, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(AmqpError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
