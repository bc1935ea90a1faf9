import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { type BasicProperties, decodeProperties } from '../../../../src/codec/properties.ts';
import { OffsetHeader } from '../../../../src/broker/stream/offset-header.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';

const properties: fc.Arbitrary<BasicProperties> = fc.record(
  {
    contentType: fc.string({ maxLength: 100, unit: 'grapheme-ascii' }),
    contentEncoding: fc.string({ maxLength: 20, unit: 'grapheme-ascii' }),
    headers: fc
      .dictionary(
        fc.string({ maxLength: 20, unit: 'grapheme-ascii' }),
        fc.oneof(fc.nat(), fc.string({ maxLength: 500 })),
      )
      .map(toFieldTable),
    deliveryMode: fc.constantFrom(1, 2),
    correlationId: fc.string({ maxLength: 50, unit: 'grapheme-ascii' }),
    timestamp: fc.nat(),
  },
  { requiredKeys: [] },
);

test('the offset is one more header, and all else stays as it is', () => {
  const header = new OffsetHeader();
  fc.assert(
    fc.property(properties, fc.nat(), fc.boolean(), (before, offset, replayed) => {
      // A message that came out of another stream has an offset of that one.
      const headers = replayed
        ? new Map(before.headers).set('x-stream-offset', { type: 'byte', value: 7 })
        : before.headers;
      const message = messageOf({ routingKey: 'k', properties: { ...before, headers }, body: 'body' });
      header.add(message, offset);
      const after = decodeProperties(message.properties, message.propertiesStart, message.propertiesEnd);
      const expected = new Map(before.headers).set('x-stream-offset', { type: 'long', value: offset });
      expect(after).toEqual({ ...before, headers: expected });
      expect(bodyText(message)).toBe('body');
    }),
  );
});
