import { describe, expect, test } from 'vitest';
import { delayOf, markWaited } from '../../../../src/broker/message/delay-header.ts';
import { decodeProperties } from '../../../../src/codec/properties.ts';
import type { FieldValue } from '../../../../src/protocol/field-table.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

const messageWith = (delay: FieldValue) =>
  messageOf({ properties: { headers: new Map([['x-delay', delay]]), messageId: 'm' } });

describe('the delay of a message', () => {
  test.each<[string, FieldValue, number]>([
    ['a byte', { type: 'byte', value: 100 }, 100],
    ['an int', { type: 'signedint', value: 5000 }, 5000],
    ['a long past 49 days', { type: 'long', value: 10_000_000_000 }, 10_000_000_000],
    ['a long past all numbers', { type: 'long', value: 2n ** 62n }, 2 ** 62],
    ['a float', { type: 'float', value: 1500.5 }, 1500],
    ['a double', { type: 'double', value: 0.9 }, 0],
    ['a double that is no number', { type: 'double', value: NaN }, 0],
    ['a decimal', { type: 'decimal', value: { scale: 2, unscaled: 12_345 } }, 123],
    ['digits', { type: 'longstr', value: '250' }, 250],
    ['digits below zero', { type: 'longstr', value: '-250' }, 0],
    ['other text', { type: 'longstr', value: '250 ms' }, 0],
    ['no text', { type: 'longstr', value: '' }, 0],
    ['zero', { type: 'signedint', value: 0 }, 0],
    ['less than zero', { type: 'signedint', value: -1 }, 0],
    ['a boolean', { type: 'bool', value: true }, 0],
  ])('is read from %s', (_what, field, delay) => {
    expect(delayOf(messageWith(field))).toBe(delay);
  });

  test('is none without the header, and without headers', () => {
    expect(delayOf(messageOf())).toBe(0);
    expect(delayOf(messageOf({ properties: { headers: new Map([['x', { type: 'byte', value: 1 }]]) } }))).toBe(0);
  });
});

test.each<[FieldValue, FieldValue]>([
  [
    { type: 'longstr', value: '250' },
    { type: 'signedint', value: -250 },
  ],
  [
    { type: 'double', value: 3_000_000_000.7 },
    { type: 'long', value: -3_000_000_000 },
  ],
  [
    { type: 'long', value: 2n ** 62n },
    { type: 'long', value: -Number.MAX_SAFE_INTEGER },
  ],
])('a message that waited for %o says %o, and all else as before', (asked, told) => {
  const message = messageWith(asked);
  markWaited(message);
  const { headers, messageId } = decodeProperties(message.properties, message.propertiesStart, message.propertiesEnd);
  expect(headers).toEqual(new Map([['x-delay', told]]));
  expect(messageId).toBe('m');
  expect(delayOf(message)).toBe(0);
});
