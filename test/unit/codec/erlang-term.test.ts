/** Expected texts are what Erlang/OTP's io_lib:format prints for the same bytes. */
import { describe, expect, it } from 'vitest';
import { printBinary, printOctets, printPayload } from '../../../src/codec/erlang-term.ts';

describe('printOctets', () => {
  it('prints numbers even where the bytes are text', () => {
    expect(printOctets(Buffer.from([]))).toBe('<<>>');
    expect(printOctets(Buffer.from([0]))).toBe('<<0>>');
    expect(printOctets(Buffer.from('abc'))).toBe('<<97,98,99>>');
  });

  it('prints no more of a large payload than a reply text can show', () => {
    const text = printOctets(Buffer.alloc(1_000_000));
    expect(text.length).toBeGreaterThan(255);
    expect(text.length).toBeLessThan(600);
  });
});

describe('printBinary', () => {
  it.each([
    [Buffer.from([]), '<<>>'],
    [Buffer.from([0, 20, 0, 20, 1]), '<<0,20,0,20,1>>'],
    [Buffer.from('abc'), '<<"abc">>'],
    [Buffer.from('a"b\\c\n\t\r\x1b\b\f\v'), '<<"a\\"b\\\\c\\n\\t\\r\\e\\b\\f\\v">>'],
    [Buffer.from("it's"), '<<"it\'s">>'],
    [Buffer.from('a\0'), '<<97,0>>'],
    [Buffer.from('é'), '<<"é">>'],
    [Buffer.from([127]), '<<127>>'],
    [Buffer.from([7]), '<<7>>'],
    [Buffer.from([159]), '<<159>>'],
  ])('prints %o', (bytes, text) => {
    expect(printBinary(bytes)).toBe(text);
  });

  it('prints numbers where the bytes could not stand in a reply text', () => {
    expect(printBinary(Buffer.from([255]))).toBe('<<255>>');
  });
});

describe('printPayload', () => {
  it('prints 16 octets whole and only the first 16 of more', () => {
    expect(printPayload(Buffer.from([0, 20]))).toBe('all octets = <<0,20>>');
    expect(printPayload(Buffer.from('0123456789abcdef'))).toBe('all octets = <<"0123456789abcdef">>');
    expect(printPayload(Buffer.from('0123456789abcdefg'))).toBe('first 16 octets = <<"0123456789abcdef">>');
  });
});
