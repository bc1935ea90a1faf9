import { describe, expect, it } from 'vitest';
import { Message } from '../../../../src/broker/message/message.ts';
import { Records } from '../../../../src/broker/log/segment-records.ts';
import { SegmentBuffers } from '../../../../src/broker/log/segment-buffers.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

function fill(records: Records, bodyBytes: number): Records {
  const message = messageOf({ exchange: '', routingKey: 'q', body: 'x'.repeat(bodyBytes) });
  while (!records.full) records.append(message, 0, Infinity);
  return records;
}

function shown(records: Records, index: number): Message {
  const message = new Message();
  records.view(index, message);
  return message;
}

describe('the memory of records that nobody reads any more', () => {
  it.each([
    ['small, for they are copied when they are sent', 100],
    ['large, where nobody sends them', 65_536],
  ])('is used again where bodies are %s', (_, bodyBytes) => {
    const full = fill(Records.empty(new SegmentBuffers()), bodyBytes);
    const records = fill(Records.after(full), bodyBytes);
    const memory = records.bytes.byteOffset;
    for (let index = 0; index < records.count; index++) shown(records, index);
    records.release();
    expect(Records.after(full).bytes.byteOffset).toBe(memory);
  });

  it('is used again when the last large body is sent, and not before', () => {
    const full = fill(Records.empty(new SegmentBuffers()), 65_536);
    const records = fill(Records.after(full), 65_536);
    const memory = records.bytes.byteOffset;
    const [first, last] = [shown(records, 0).pins!, shown(records, 15).pins!];
    first.pin();
    last.pin();
    first.unpin();
    records.release();
    expect(Records.after(full).bytes.byteOffset).not.toBe(memory);
    last.unpin();
    expect(Records.after(full).bytes.byteOffset).toBe(memory);
  });

  it('is used again for others that are read', () => {
    const buffers = new SegmentBuffers();
    const full = fill(Records.empty(buffers), 65_536);
    const records = fill(Records.after(full), 65_536);
    const memory = records.bytes.byteOffset;
    records.release();
    expect(Records.from([full.bytes], full.count, 0, buffers).bytes.byteOffset).toBe(memory);
  });

  it('is freed at once where it is of no size to be used again, unless a large body is being sent from it', () => {
    const written = Records.empty(new SegmentBuffers());
    const message = messageOf({ exchange: '', routingKey: 'q', body: 'x'.repeat(65_536) });
    for (let n = 0; n < 4; n++) written.append(message, 0, Infinity);
    const [read, sent] = [1, 2].map(() => Records.from([written.bytes], written.count, 0, new SegmentBuffers()));
    const [freed, pinned] = [read.bytes.buffer, sent.bytes.buffer];
    const { body, bodyStart, bodyEnd, pins } = shown(sent, 3);
    pins!.pin();
    read.release();
    sent.release();
    expect([freed.byteLength, pinned.byteLength]).toEqual([0, written.bytes.length]);
    expect(body.subarray(bodyStart, bodyEnd)).toEqual(Buffer.alloc(65_536, 'x'));
    pins!.unpin();
    expect(pinned.byteLength).toBe(0);
  });
});
