/** By what a message is known when it comes again. */
import { expect, it } from 'vitest';
import { LONGEST_KEY, messageKey } from '../../../../src/broker/deduplication/message-key.ts';
import type { FieldValue } from '../../../../src/protocol/field-table.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

const keyOf = (properties: Parameters<typeof messageOf>[0] & object, header?: string) =>
  messageKey(messageOf(properties), header);
const withHeaders = (fields: Readonly<Record<string, FieldValue>>, messageId?: string) => ({
  properties: { headers: new Map(Object.entries(fields)), ...(messageId === undefined ? undefined : { messageId }) },
});
const text = (value: string): FieldValue => ({ type: 'longstr', value });

it('is the header x-deduplication-header, or else the message id', () => {
  expect(keyOf(withHeaders({ other: text('o'), 'x-deduplication-header': text('h') }, 'id'))).toBe('h');
  expect(keyOf(withHeaders({ other: text('o') }, 'id'))).toBe('id');
  expect(keyOf({ properties: { messageId: 'id' } })).toBe('id');
  expect(keyOf({ properties: { correlationId: 'id' } })).toBeUndefined();
});

it('is the header that the queue names, and nothing else then', () => {
  const message = withHeaders({ order: text('7'), 'x-deduplication-header': text('h') }, 'id');
  expect(keyOf(message, 'order')).toBe('7');
  expect(keyOf(message, 'other')).toBeUndefined();
});

it('is none where the value is empty', () => {
  expect(keyOf({ properties: { messageId: '' } })).toBeUndefined();
  expect(keyOf(withHeaders({ 'x-deduplication-header': text('') }, 'id'))).toBeUndefined();
  expect(keyOf(withHeaders({ 'x-deduplication-header': { type: 'void' } }, 'id'))).toBeUndefined();
});

it('is the same for an integer whatever its size, and another for each other value', () => {
  const key = (value: FieldValue) => keyOf(withHeaders({ 'x-deduplication-header': value }));
  const seven = [
    { type: 'byte', value: 7 } as const,
    { type: 'signedint', value: 7 } as const,
    { type: 'long', value: 7 } as const,
  ];
  expect(seven.map(key)).toEqual(['7', '7', '7']);
  const different = [
    { type: 'signedint', value: -7 },
    { type: 'bool', value: true },
    { type: 'bool', value: false },
    { type: 'double', value: 7 },
    { type: 'timestamp', value: 7 },
    { type: 'array', value: [text('a')] },
    { type: 'array', value: [text('b')] },
  ] satisfies FieldValue[];
  expect(new Set(different.map(key)).size).toBe(different.length);
});

it('is short for a long value, and no other long value has it', () => {
  const long = 'x'.repeat(LONGEST_KEY);
  expect(keyOf({ properties: { messageId: long } })).toBe(long);
  const [a, b] = [`${long}a`, `${long}b`].map((messageId) => keyOf({ properties: { messageId } })!);
  expect(a).not.toBe(b);
  expect([a.length, keyOf({ properties: { messageId: `${long}a` } })]).toEqual([32, a]);
});

it('has one character an octet, so that it goes to the store and back as it is', () => {
  const key = keyOf({ properties: { messageId: 'ключ 🔑' } })!;
  expect(Buffer.from(key, 'latin1').toString()).toBe('ключ 🔑');
});
