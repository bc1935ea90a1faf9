/** ByteReader and ByteWriter: elementary values. */
import { describe, expect, it } from 'vitest';
import { ByteReader, TruncatedError } from '../../../src/codec/byte-reader.ts';
import { ByteWriter } from '../../../src/codec/byte-writer.ts';

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Buffer.from(bytes), 0, bytes.length);
}

describe('ByteWriter', () => {
  it('writes integers with the highest byte first', () => {
    const out = new ByteWriter();
    out.u8(0x01);
    out.u16(0x0203);
    out.u32(0x04050607);
    out.u64(0x08090a0b0c0d0e);
    expect(out.take().toString('hex')).toBe('010203040506070008090a0b0c0d0e');
  });

  it('precedes a short string by one byte of length and a long one by four', () => {
    const out = new ByteWriter();
    out.shortstr('é');
    out.longstr('é');
    out.longstr(Buffer.from([0xff]));
    expect(out.take().toString('hex')).toBe('02c3a9' + '00000002c3a9' + '00000001ff');
  });

  it('takes a short string of 255 bytes and refuses one of 256', () => {
    const out = new ByteWriter();
    out.shortstr('x'.repeat(255));
    expect(out.length).toBe(256);
    expect(() => out.shortstr('x'.repeat(256))).toThrow(RangeError);
    expect(() => out.shortstr('é'.repeat(128))).toThrow(RangeError);
    expect(out.length).toBe(256);
  });

  it('grows past its first buffer and keeps what was written', () => {
    const out = new ByteWriter(1);
    for (let value = 0; value < 1000; value++) out.u16(value);
    out.bytes(Buffer.alloc(5000, 7));
    const bytes = out.take();
    expect(bytes.length).toBe(7000);
    expect(bytes.readUInt16BE(2 * 999)).toBe(999);
    expect(bytes.subarray(2000).every((byte) => byte === 7)).toBe(true);
  });

  it('hands out a copy that later writes do not touch', () => {
    const out = new ByteWriter();
    out.u8(1);
    const first = out.take();
    out.u8(2);
    expect(first).toEqual(Buffer.from([1]));
    expect(out.take()).toEqual(Buffer.from([2]));
  });

  it('overwrites a length that was not known before', () => {
    const out = new ByteWriter();
    out.u32(0);
    out.u8(9);
    out.patchU32(0, 0x01020304);
    expect(out.take()).toEqual(Buffer.from([1, 2, 3, 4, 9]));
  });
});

describe('ByteReader', () => {
  it('reads integers with the highest byte first', () => {
    const bytes = reader(1, 2, 3, 4, 5, 6, 7, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    expect([bytes.u8(), bytes.u16(), bytes.u32()]).toEqual([1, 0x0203, 0x04050607]);
    expect(bytes.u64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(bytes.remaining).toBe(0);
  });

  it('reads a 64-bit integer beyond 2^53 as the nearest number', () => {
    expect(reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).u64()).toBe(2 ** 64);
  });

  it('refuses a short string that is not UTF-8 with RabbitMQ’s text', () => {
    expect(() => reader(2, 0xc3, 0x28).shortstr()).toThrow('FRAME_ERROR - Malformed UTF-8 in shortstr');
  });

  it('takes a replacement character that the peer really sent', () => {
    expect(reader(3, 0xef, 0xbf, 0xbd).shortstr()).toBe('\ufffd');
  });

  it('stops at the end of its range even where the buffer goes on', () => {
    const buffer = Buffer.from([0, 5, 97, 98, 99, 100, 101]);
    expect(new ByteReader(buffer, 1, 7).shortstr()).toBe('abcde');
    expect(() => new ByteReader(buffer, 1, 6).shortstr()).toThrow(TruncatedError);
    expect(() => new ByteReader(buffer, 0, 3).u32()).toThrow(TruncatedError);
    expect(() => new ByteReader(buffer, 0, 7).u64()).toThrow(TruncatedError);
  });

  it('does not believe a length of four gigabytes', () => {
    expect(() => reader(0xff, 0xff, 0xff, 0xff, 1).longstr()).toThrow(TruncatedError);
    expect(() => reader(0xff, 0xff, 0xff, 0xff, 1).table()).toThrow(TruncatedError);
  });
});
