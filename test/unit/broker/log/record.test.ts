import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Body } from '../../../../src/broker/message/body.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import {
  RECORD_SHARED,
  recordBodyId,
  recordBodySize,
  recordBytes,
  recordFlags,
  recordLength,
  recordOffset,
  viewRecord,
  writeRecord,
} from '../../../../src/broker/log/record.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

const name = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => Buffer.byteLength(text) <= 255);

test('a record shows what was written, wherever it lies, and leaves its neighbours alone', () => {
  fc.assert(
    fc.property(
      name,
      name,
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(50),
      fc.nat(8191),
      (exchange, key, body, at, offset) => {
        const message = messageOf({
          exchange,
          routingKey: key,
          properties: { messageId: 'm' },
          body: Buffer.from(body),
        });
        const length = recordBytes(message);
        const buffer = Buffer.alloc(at + length + 10, 0xee);
        writeRecord(buffer, at, length, offset, message);
        expect(buffer.subarray(0, at).every((byte) => byte === 0xee)).toBe(true);
        expect(buffer.subarray(at + length).every((byte) => byte === 0xee)).toBe(true);
        expect([recordLength(buffer, at), recordOffset(buffer, at), recordFlags(buffer, at)]).toEqual([
          length,
          offset,
          0,
        ]);
        expect(recordBodySize(buffer, at)).toBe(body.length);

        const view = new Message();
        viewRecord(buffer, at, view);
        expect([view.exchange, view.routingKey, view.bodySize]).toEqual([exchange, key, body.length]);
        expect(view.body.subarray(view.bodyStart, view.bodyEnd).equals(body)).toBe(true);
        const properties = view.properties.subarray(view.propertiesStart, view.propertiesEnd);
        expect(properties.equals(message.properties)).toBe(true);
      },
    ),
  );
});

test('a record of a body kept apart has its number and size instead', () => {
  const message = messageOf({ routingKey: 'key', body: Buffer.alloc(100_000) });
  message.shared = new Body(2 ** 40 + 7, 100_000, message.body);
  const length = recordBytes(message);
  expect(length).toBeLessThan(64);
  const buffer = Buffer.alloc(length);
  writeRecord(buffer, 0, length, 3, message);
  expect(recordFlags(buffer, 0)).toBe(RECORD_SHARED);
  expect([recordBodyId(buffer, 0), recordBodySize(buffer, 0)]).toEqual([2 ** 40 + 7, 100_000]);
});
