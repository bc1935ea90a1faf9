import { describe, expect, test } from 'vitest';
import { type Death, makeDeadLetter, isCycle } from '../../../../src/broker/message/dead-letter.ts';
import type { Message } from '../../../../src/broker/message/message.ts';
import { fromFieldTable, toFieldTable } from '../../../../src/codec/field-table.ts';
import { decodeProperties } from '../../../../src/codec/properties.ts';
import type { FieldValue } from '../../../../src/protocol/field-table.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';

const death = (more: Partial<Death> = {}): Death => ({
  queue: 'q',
  reason: 'rejected',
  at: 1_700_000_000_999,
  deadLetterExchange: 'dlx',
  deadLetterRoutingKey: undefined,
  ...more,
});

const propertiesOf = ({ properties, propertiesStart, propertiesEnd }: Message) =>
  decodeProperties(properties, propertiesStart, propertiesEnd);
const headersOf = (message: Message) => fromFieldTable(propertiesOf(message).headers ?? new Map());
const deathsOf = (message: Message) => headersOf(message)['x-death'] as Record<string, unknown>[];
const withHeaders = (headers: Record<string, unknown>) =>
  messageOf({ exchange: 'x', routingKey: 'k', properties: { headers: toFieldTable(headers) } });

describe('a dead letter', () => {
  test('has the dead letter exchange and key, and the body it had', () => {
    const message = messageOf({ exchange: 'x', routingKey: 'k', body: 'body' });
    const kept = makeDeadLetter(message, death());
    expect([kept.exchange, kept.routingKey, bodyText(kept)]).toEqual(['dlx', 'k', 'body']);
    expect(makeDeadLetter(message, death({ deadLetterRoutingKey: 'other' })).routingKey).toBe('other');
  });

  test('leaves the message it was made of as it was', () => {
    const message = withHeaders({ own: 1 });
    const before = Buffer.from(message.properties);
    makeDeadLetter(message, death({ deadLetterRoutingKey: 'other' }));
    expect(message.properties).toEqual(before);
    expect([message.exchange, message.routingKey]).toEqual(['x', 'k']);
  });

  test('keeps the time of the first death in whole seconds and counts the others', () => {
    const first = makeDeadLetter(messageOf({ exchange: 'x', routingKey: 'k' }), death());
    const second = makeDeadLetter(first, death({ at: 1_800_000_000_000 }));
    expect(deathsOf(second)).toEqual([
      {
        count: 2,
        reason: 'rejected',
        queue: 'q',
        time: deathsOf(first)[0]['time'],
        exchange: 'x',
        'routing-keys': ['k'],
      },
    ]);
    const deaths = propertiesOf(second).headers!.get('x-death') as FieldValue & { readonly type: 'array' };
    const [entry] = deaths.value as readonly (FieldValue & { readonly type: 'table' })[];
    expect(entry.value.get('time')).toEqual({ type: 'timestamp', value: 1_700_000_000 });
  });

  test('brings the newest death to the front and keeps the first one apart', () => {
    let letter = messageOf({ exchange: 'x', routingKey: 'k' });
    for (const [queue, reason] of [
      ['a', 'rejected'],
      ['b', 'expired'],
      ['a', 'rejected'],
      ['a', 'maxlen'],
    ] as const) {
      letter = makeDeadLetter(letter, death({ queue, reason }));
    }
    expect(deathsOf(letter).map(({ queue, reason, count }) => [queue, reason, count])).toEqual([
      ['a', 'maxlen', 1],
      ['a', 'rejected', 2],
      ['b', 'expired', 1],
    ]);
    expect(headersOf(letter)).toMatchObject({
      'x-first-death-queue': 'a',
      'x-first-death-reason': 'rejected',
      'x-first-death-exchange': 'x',
      'x-last-death-queue': 'a',
      'x-last-death-reason': 'maxlen',
      'x-last-death-exchange': 'dlx',
    });
  });

  test('has no expiration any more', () => {
    const message = messageOf({ properties: { expiration: '100', messageId: 'id' } });
    expect(propertiesOf(makeDeadLetter(message, death()))).toMatchObject({ messageId: 'id' });
    expect(propertiesOf(makeDeadLetter(message, death())).expiration).toBeUndefined();
    expect(deathsOf(makeDeadLetter(message, death()))[0]).toMatchObject({ 'original-expiration': '100' });
  });

  test.each([['text'], [5], [[1, 'two']]])('takes %j in x-death for no history', (nonsense) => {
    expect(deathsOf(makeDeadLetter(withHeaders({ 'x-death': nonsense }), death()))).toMatchObject([
      { queue: 'q', count: 1 },
    ]);
  });

  test('counts from 1 where the client sent a count that is no number', () => {
    const entry = { queue: 'q', reason: 'rejected', count: 'many' };
    expect(deathsOf(makeDeadLetter(withHeaders({ 'x-death': [entry] }), death()))).toMatchObject([{ count: 1 }]);
  });
});

describe('a circle', () => {
  const died = (...deaths: readonly (readonly [queue: string, reason: string])[]) =>
    withHeaders({ 'x-death': deaths.map(([queue, reason]) => ({ queue, reason, count: 1 })) });

  test('is closed where the message died in the queue before and nobody rejected it since', () => {
    expect(isCycle(died(['q', 'expired']), 'q')).toBe(true);
    expect(isCycle(died(['b', 'maxlen'], ['q', 'expired']), 'q')).toBe(true);
    expect(isCycle(died(['b', 'expired'], ['q', 'expired'], ['c', 'rejected']), 'q')).toBe(true);
  });

  test('is open where the queue is new to the message, or a rejection is in it', () => {
    expect(isCycle(messageOf(), 'q')).toBe(false);
    expect(isCycle(died(['b', 'expired']), 'q')).toBe(false);
    expect(isCycle(died(['q', 'rejected']), 'q')).toBe(false);
    expect(isCycle(died(['b', 'rejected'], ['q', 'expired']), 'q')).toBe(false);
  });
});
