/** Methods from and to bytes worked out by hand from the specification. */
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/codec/byte-writer.ts';
import { toFieldTable } from '../../../src/codec/field-table.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import type { Method } from '../../../src/protocol/generated/methods.ts';
import { decodeMethod, encodeMethod } from '../../../src/wire/generated/method-codec.ts';

const VECTORS: readonly (readonly [string, Method])[] = [
  [
    '000a000a' + '00' + '09' + '00000004016b7401' + '00000005504c41494e' + '00000005656e5f5553',
    {
      name: 'connection.start',
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: toFieldTable({ k: true }),
      mechanisms: Buffer.from('PLAIN'),
      locales: Buffer.from('en_US'),
    },
  ],
  [
    '000a000b' + '00000000' + '05504c41494e' + '0000000400610062' + '05656e5f5553',
    {
      name: 'connection.start-ok',
      clientProperties: toFieldTable({}),
      mechanism: 'PLAIN',
      response: Buffer.from('\0a\0b'),
      locale: 'en_US',
    },
  ],
  [
    '000a001f' + '07ff' + '00020000' + '003c',
    { name: 'connection.tune-ok', channelMax: 2047, frameMax: 131072, heartbeat: 60 },
  ],
  // connection.open: capabilities and insist are reserved.
  ['000a0028' + '012f' + '00' + '00', { name: 'connection.open', virtualHost: '/' }],
  ['000a0029' + '00', { name: 'connection.open-ok' }],
  ['000a003c' + '036d656d', { name: 'connection.blocked', reason: 'mem' }],
  ['000a0046' + '0000000178' + '0179', { name: 'connection.update-secret', newSecret: Buffer.from('x'), reason: 'y' }],
  ['0014000b' + '00000000', { name: 'channel.open-ok' }],
  [
    '00140028' + '0194' + '026e6f' + '003c' + '0028',
    { name: 'channel.close', replyCode: 404, replyText: 'no', classId: 60, methodId: 40 },
  ],
  [
    '001e000a' + '052f64617461' + '1e',
    { name: 'access.request', realm: '/data', exclusive: false, passive: true, active: true, write: true, read: true },
  ],
  ['001e000b' + '0001', { name: 'access.request-ok', ticket: 1 }],
  [
    '0028000a' + '0000' + '0178' + '06646972656374' + '16' + '00000000',
    {
      name: 'exchange.declare',
      exchange: 'x',
      type: 'direct',
      passive: false,
      durable: true,
      autoDelete: true,
      internal: false,
      noWait: true,
      arguments: toFieldTable({}),
    },
  ],
  [
    '0032000a' + '0000' + '0171' + '0a' + '00000007' + '0161' + '4900000001',
    {
      name: 'queue.declare',
      queue: 'q',
      passive: false,
      durable: true,
      exclusive: false,
      autoDelete: true,
      noWait: false,
      arguments: toFieldTable({ a: 1 }),
    },
  ],
  [
    '0032000b' + '0171' + '00000003' + '00000002',
    { name: 'queue.declare-ok', queue: 'q', messageCount: 3, consumerCount: 2 },
  ],
  [
    '003c0028' + '0000' + '0178' + '016b' + '01',
    { name: 'basic.publish', exchange: 'x', routingKey: 'k', mandatory: true, immediate: false },
  ],
  [
    '003c003c' + '0174' + '001fffffffffffff' + '01' + '00' + '016b',
    {
      name: 'basic.deliver',
      consumerTag: 't',
      deliveryTag: Number.MAX_SAFE_INTEGER,
      redelivered: true,
      exchange: '',
      routingKey: 'k',
    },
  ],
  ['003c0048' + '00', { name: 'basic.get-empty' }],
  ['003c0050' + '0000000100000002' + '01', { name: 'basic.ack', deliveryTag: 2 ** 32 + 2, multiple: true }],
  ['003c0078' + '0000000000000005' + '02', { name: 'basic.nack', deliveryTag: 5, multiple: false, requeue: true }],
  ['0055000a' + '01', { name: 'confirm.select', noWait: true }],
  ['005a000a', { name: 'tx.select' }],
];

function decode(hex: string): Method {
  const bytes = Buffer.from(hex, 'hex');
  return decodeMethod(bytes, 0, bytes.length);
}

function failure(hex: string): AmqpError {
  try {
    decode(hex);
  } catch (error) {
    if (error instanceof AmqpError) return error;
    throw error;
  }
  throw new Error('decoded without an error');
}

describe('the method codec', () => {
  it.each(VECTORS)('reads and writes %s', (hex, method) => {
    expect(decode(hex)).toEqual(method);
    const out = new ByteWriter(1);
    encodeMethod(out, method);
    expect(out.take().toString('hex')).toBe(hex);
  });

  it('ignores the values of reserved fields and of unused bits', () => {
    expect(decode('000a0028' + '012f' + '0163' + 'ff')).toEqual({ name: 'connection.open', virtualHost: '/' });
    expect(decode('0055000a' + 'fe')).toEqual({ name: 'confirm.select', noWait: false });
  });

  it('answers arguments cut short with RabbitMQ’s text and the method that failed', () => {
    const error = failure('0032000a' + '00');
    expect(error.message).toBe('FRAME_ERROR - cannot decode <<0>>');
    expect([error.replyCode, error.hard, error.classId, error.methodId]).toEqual([501, true, 50, 10]);
  });

  it('answers arguments that are too long the same way', () => {
    expect(failure('005a000a' + '616263').message).toBe('FRAME_ERROR - cannot decode <<97,98,99>>');
  });

  it('answers a payload too short for a method’s ids with a frame error', () => {
    expect(failure('0032').message).toBe('FRAME_ERROR - cannot decode <<>>');
  });

  it.each(['003c03e7', '03e7000a', 'ffffffff'])('answers the unknown method %s with COMMAND_INVALID', (hex) => {
    const error = failure(hex);
    expect(error.replyName).toBe('COMMAND_INVALID');
    expect(error.message).toContain(`{${error.classId},${error.methodId}}`);
    expect(Buffer.from(hex, 'hex').readUInt32BE()).toBe(error.classId * 65536 + error.methodId);
  });

  it('answers a name that is not UTF-8 with RabbitMQ’s text', () => {
    expect(failure('0032001e' + '0000' + '02c328' + '00').message).toBe('FRAME_ERROR - Malformed UTF-8 in shortstr');
  });

  it('refuses to write a name of more than 255 bytes', () => {
    const method: Method = { name: 'queue.purge', queue: 'x'.repeat(256), noWait: false };
    expect(() => encodeMethod(new ByteWriter(), method)).toThrow(RangeError);
  });
});
