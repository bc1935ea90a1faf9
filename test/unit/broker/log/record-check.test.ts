import { describe, expect, it } from 'vitest';
import { Body } from '../../../../src/broker/message/body.ts';
import { recordsProblem } from '../../../../src/broker/log/record-check.ts';
import { recordBytes, writeRecord } from '../../../../src/broker/log/record.ts';
import type { PageHeader } from '../../../../src/store/stored-records.ts';
import { messageOf, PERSISTENT } from '../../../support/recovery/messages.ts';

const BASE = 1000;

/** Records of the given offsets; the third one's body is kept apart, and all but the first two expire some time. */
function pageOf(offsets: readonly number[]): { page: PageHeader; data: Buffer } {
  const records = offsets.map((offset, position) => {
    const message = messageOf({ exchange: 'e', routingKey: `key ${offset}`, properties: PERSISTENT, body: 'body' });
    if (position === 2) message.shared = new Body(77, 100_000, undefined);
    const expiresAt = position < 2 ? Infinity : Date.now();
    const length = recordBytes(message, expiresAt);
    const record = Buffer.alloc(length);
    writeRecord(record, 0, length, offset, message, expiresAt);
    return record;
  });
  const page = {
    id: 1,
    queueId: 1,
    base: BASE,
    first: BASE + offsets[0],
    last: BASE + offsets.at(-1)!,
    count: offsets.length,
    ...(offsets.length > 2 ? { bodies: Float64Array.of(2, 77) } : undefined),
  };
  return { page, data: Buffer.concat(records) };
}

describe('the check of the records of a page', () => {
  it('finds nothing in what a log writes, gaps, timers and bodies kept apart included', () => {
    for (const offsets of [[0], [5, 6, 7, 8], [0, 3, 9, 4000]]) {
      const { page, data } = pageOf(offsets);
      expect(recordsProblem(page, data)).toBeUndefined();
    }
  });

  it.each<[string, (page: PageHeader, data: Buffer) => [PageHeader, Buffer], string]>([
    ['a cut end', (page, data) => [page, data.subarray(0, -1)], 'its record 3 has an impossible length'],
    ['a cut head', (page, data) => [page, data.subarray(0, 10)], 'it ends within its record 0 of 4'],
    ['more than it counts', (page, data) => [{ ...page, count: 3 }, data], 'bytes follow its last record'],
    ['fewer than it counts', (page, data) => [{ ...page, count: 5 }, data], 'it ends within its record 4 of 5'],
    ['another first', (page, data) => [{ ...page, first: 1001 }, data], 'its record 0 has the number 1000'],
    ['another last', (page, data) => [{ ...page, last: 1010 }, data], 'its last message is 1003 and should be 1010'],
    ['another order', (page, data) => [page, written(data, 4 + lengthOf(data), 0)], 'record 1 has the number 1000'],
    ['a length of zero', (page, data) => [page, written(data, 0, 0)], 'impossible length of 0 bytes'],
    ['a length beyond the end', (page, data) => [page, written(data, 0, 1e6)], 'impossible length of 1000000 bytes'],
    ['endless properties', (page, data) => [page, written(data, 12, 1e6)], 'properties longer than itself'],
    ['unknown flags', (page, data) => [page, written(data, 8, 0x40_00_00_05)], 'unknown flags 64'],
    ['a route of another form', (page, data) => [page, changed(data, 16, 200)], 'no exchange and routing key'],
    ['a body of another number', (page, data) => [{ ...page, bodies: Float64Array.of(2, 78) }, data], 'bodies differ'],
    ['no list of bodies', ({ bodies: _, ...page }, data) => [page, data], 'list of its bodies differ'],
  ])('finds %s', (_what, spoil, problem) => {
    const { page, data } = pageOf([0, 1, 2, 3]);
    expect(recordsProblem(...spoil(page, data))).toContain(problem);
  });
});

function lengthOf(data: Buffer): number {
  return data.readUInt32BE(0);
}

function written(data: Buffer, at: number, value: number): Buffer {
  data.writeUInt32BE(value, at);
  return data;
}

function changed(data: Buffer, at: number, value: number): Buffer {
  data[at] = value;
  return data;
}
