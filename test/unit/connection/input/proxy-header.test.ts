import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProxyHeader } from '../../../../src/connection/input/proxy-header.ts';

const V4 = { peerHost: '10.1.2.3', host: '192.168.0.1', peerPort: 40000, port: 5672 };
const V6 = { peerHost: '2001:db8::1', host: '::1', peerPort: 40000, port: 5672 };

function version2(command: number, family: number, rest: string): Buffer {
  const bytes = Buffer.from(rest, 'hex');
  const head = Buffer.from('0d0a0d0a000d0a515549540a00000000', 'hex');
  head[12] = 0x20 | command;
  head[13] = family;
  head.writeUInt16BE(bytes.length, 14);
  return Buffer.concat([head, bytes]);
}

const TCP4 = version2(1, 0x11, '0a010203c0a800019c401628');
const MAPPED = `${'0'.repeat(20)}ffff`;
const TCP6 = version2(1, 0x21, `20010db8${'0'.repeat(22)}01${'0'.repeat(30)}019c401628`);

describe('a header of the PROXY protocol', () => {
  it.each([
    ['PROXY TCP4 10.1.2.3 192.168.0.1 40000 5672\r\n', V4],
    ['PROXY TCP6 2001:db8::1 ::1 40000 5672\r\n', V6],
    ['PROXY TCP6 ::ffff:10.1.2.3 ::ffff:192.168.0.1 40000 5672\r\n', V4],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', undefined],
  ])('of version 1 is read: %j', (line, ends) => {
    expect(readProxyHeader(Buffer.from(`${line}AMQP`))).toEqual({ ends, length: line.length });
  });

  it.each([
    ['IPv4', TCP4, V4],
    ['IPv6', TCP6, V6],
    ['IPv4 as IPv6', version2(1, 0x21, `${MAPPED}0a010203${MAPPED}c0a800019c401628`), V4],
    ['more than the addresses', version2(1, 0x11, '0a010203c0a800019c40162804000501020304'), V4],
    ["the proxy's own", version2(0, 0, ''), undefined],
    ['another family', version2(1, 0x31, '00'.repeat(216)), undefined],
  ])('of version 2 is read: %s', (_, header, ends) => {
    expect(readProxyHeader(Buffer.concat([header, Buffer.from('AMQP')]))).toEqual({ ends, length: header.length });
  });

  it('is waited for until it is whole', () => {
    for (const header of [TCP4, TCP6, Buffer.from('PROXY TCP4 10.1.2.3 192.168.0.1 40000 5672\r\n')]) {
      for (let length = 0; length < header.length; length++) {
        expect(readProxyHeader(header.subarray(0, length))).toBe('more');
      }
    }
  });

  it.each([
    ['AMQP\0\0\u0009\u0001'],
    ['PROXY TCP4 10.1.2.3 192.168.0.1 40000\r\n'],
    ['PROXY TCP4 ::1 ::1 1 2\r\n'],
    ['PROXY TCP6 10.1.2.3 10.1.2.3 1 2\r\n'],
    ['PROXY TCP4 10.1.2.3 192.168.0.1 70000 5672\r\n'],
    ['PROXY TCP4 10.1.2.300 192.168.0.1 40000 5672\r\n'],
    ['PROXY TCP6 2001:db8::1::2 ::1 40000 5672\r\n'],
    ['PROXY TCP6 fe80::1%eth0 ::1 40000 5672\r\n'],
    ['PROXY UDP4 10.1.2.3 192.168.0.1 1 2\r\n'],
    [`PROXY UNKNOWN ${'x'.repeat(100)}\r\n`],
  ])('is nothing else: %j', (text) => {
    expect(readProxyHeader(Buffer.from(text))).toBe('wrong');
  });

  it('is bounded, and of the versions that there are', () => {
    const long = version2(1, 0x11, '');
    long.writeUInt16BE(65535, 14);
    expect(readProxyHeader(long)).toBe('wrong');
    expect(readProxyHeader(version2(1, 0x11, '0a010203'))).toBe('wrong');
    expect(readProxyHeader(version2(2, 0x11, '0a010203c0a800019c401628'))).toBe('wrong');
    const third = Buffer.from(TCP4);
    third[12] = 0x31;
    expect(readProxyHeader(third)).toBe('wrong');
  });

  it('takes any bytes without an exception, and never more of them than there are', () => {
    const beginnings = fc.constantFrom(Buffer.alloc(0), TCP4.subarray(0, 12), Buffer.from('PROXY '), TCP4, TCP6);
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 60 }), (beginning, bytes) => {
        const all = Buffer.concat([beginning, bytes]);
        const read = readProxyHeader(all);
        if (typeof read === 'object') expect(read.length).toBeLessThanOrEqual(all.length);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
