import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyBytes, equalBytes, readU32, readU64, writeU32, writeU64 } from '../../../src/util/bytes.ts';

test('a range of any length is copied to its place, and nothing beside it is touched', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(20), (bytes, start, at) => {
      const source = Buffer.from(bytes);
      const from = Math.min(start, source.length);
      const target = Buffer.alloc(240, 0xee);
      const end = copyBytes(source, from, source.length, target, at);
      const length = source.length - from;
      const expected = Buffer.concat([Buffer.alloc(at, 0xee), source.subarray(from), Buffer.alloc(240, 0xee)]);
      expect(end).toBe(at + length);
      expect(target.equals(expected.subarray(0, 240))).toBe(true);
    }),
  );
});

test('ranges are equal where their bytes are, wherever they lie', () => {
  const a = Buffer.from('..hello..');
  const b = Buffer.from('hello hallo');
  expect(equalBytes(a, 2, 7, b, 0, 5)).toBe(true);
  expect(equalBytes(a, 2, 7, b, 6, 11)).toBe(false);
  expect(equalBytes(a, 2, 7, b, 0, 6)).toBe(false);
  expect(equalBytes(a, 2, 2, b, 5, 5)).toBe(true);
});

test('numbers are read as they were written, big-endian, up to the last safe integer', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), (long, int) => {
      const buffer = Buffer.alloc(12);
      writeU64(buffer, 0, long);
      writeU32(buffer, 8, int);
      expect([readU64(buffer, 0), readU32(buffer, 8)]).toEqual([long, int]);
      expect(buffer.readBigUInt64BE(0)).toBe(BigInt(long));
      expect(buffer.readUInt32BE(8)).toBe(int);
    }),
    { examples: [[Number.MAX_SAFE_INTEGER, 0xffffffff]] },
  );
});
