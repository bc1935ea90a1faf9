import { describe, expect, it } from 'vitest';
import { Records } from '../../../../src/broker/log/segment-records.ts';
import { SegmentBuffers, type SegmentMemory, type SegmentPlace } from '../../../../src/broker/log/segment-buffers.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';

function takeMany(buffers: SegmentBuffers, count: number): SegmentPlace[] {
  return Array.from({ length: count }, () => buffers.take(10, 300)!);
}

describe('the memory of small segments', () => {
  it('is part of few larger pieces, and no two have the same part', () => {
    const places = takeMany(new SegmentBuffers(), 1000);
    expect(new Set(places.map(({ memory }) => memory)).size).toBeLessThan(20);
    const parts = new Map(places.map(({ memory }) => [memory, new Set<number>()]));
    for (const { memory, part } of places) parts.get(memory)!.add(part);
    let different = 0;
    for (const [memory, taken] of parts) {
      different += taken.size;
      expect(Math.max(...taken)).toBeLessThan(memory.parts);
    }
    expect(different).toBe(1000);
  });

  it('is used again', () => {
    const buffers = new SegmentBuffers();
    const [{ memory, part }] = takeMany(buffers, 1);
    buffers.give(memory, part);
    expect(takeMany(buffers, memory.parts).map((place) => place.part)).toContain(part);
    expect(takeMany(buffers, 1)[0].memory).not.toBe(memory);
  });

  it('is given back piece by piece where nobody has a part of one', () => {
    const buffers = new SegmentBuffers();
    const before = new Set<SegmentMemory>();
    for (const { memory, part } of takeMany(buffers, 1000)) {
      before.add(memory);
      buffers.give(memory, part);
    }
    const after = new Set(takeMany(buffers, 1000).map(({ memory }) => memory));
    expect(before.size).toBeGreaterThan(1);
    expect([...after].filter((memory) => before.has(memory))).toHaveLength(1);
    expect([...before].filter(({ bytes }) => bytes.length > 0)).toHaveLength(1);
  });
});

describe('the memory of segments', () => {
  it('is a part of a piece for those that are small or half full, and for none beside', () => {
    const buffers = new SegmentBuffers();
    const isPart = (messages: number, bytes: number) => buffers.take(messages, bytes) !== undefined;
    expect([isPart(10, 300), isPart(128, 4096)]).toEqual([true, true]);
    expect([isPart(10, 4097), isPart(129, 300), isPart(4096, 524_288)]).toEqual([false, false, false]);
    expect([isPart(4097, 300), isPart(10, 524_289), isPart(8192, 1_200_000)]).toEqual([true, true, true]);
    expect([isPart(8193, 300), isPart(10, 2_000_000)]).toEqual([false, false]);
  });

  it('comes, for full-sized ones, in pieces that the C library takes from the system each by itself', () => {
    const { memory } = new SegmentBuffers().take(8192, 1_048_576)!;
    expect(memory.bytes.buffer.byteLength).toBeGreaterThan(32 * 1024 * 1024);
  });

  it('is given back piece by piece by full-sized ones too, and one piece stays', () => {
    const buffers = new SegmentBuffers();
    const places = Array.from({ length: 100 }, () => buffers.take(8192, 1_048_576)!);
    const pieces = new Set(places.map(({ memory }) => memory));
    expect(pieces.size).toBe(5);
    for (const { memory, part } of places) buffers.give(memory, part);
    expect([...pieces].filter(({ bytes }) => bytes.length > 0)).toHaveLength(1);
  });
});

describe('the records of segments', () => {
  it('may be written from those of the same queue, which grow for it, and from there to another queue', () => {
    const buffers = new SegmentBuffers();
    const [rejecting, other] = [Records.empty(buffers), Records.empty(buffers)];
    const bodies = Array.from({ length: 16 }, (_, i) => `${i} ${'x'.repeat(8)}`);
    for (const body of bodies) rejecting.append(messageOf({ exchange: '', routingKey: 'q', body }), 0, Infinity);
    const view = new Message();
    rejecting.view(15, view);
    rejecting.append(view, 0, Infinity);
    for (let i = 0; i < 16; i++) other.append(view, 0, Infinity);
    for (const [records, index] of [[rejecting, 16] as const, [other, 0] as const, [other, 15] as const]) {
      const read = new Message();
      records.view(index, read);
      expect(bodyText(read)).toBe(bodies[15]);
    }
  });
});

describe('the records of segments that grow side by side in the same pieces', () => {
  it('stay what they are, from the smallest size to memory of their own', () => {
    const buffers = new SegmentBuffers();
    const all = Array.from({ length: 5 }, (_, first) => Records.empty(buffers, first));
    for (let i = 0; i < 300; i++) {
      for (const [n, records] of all.entries()) {
        const body = `${n} ${i} ${'x'.repeat(i % 20)}`;
        records.append(messageOf({ exchange: '', routingKey: 'q', body }), (n + i) % 3, Infinity);
      }
    }
    const view = new Message();
    for (const [n, records] of all.entries()) {
      expect(records.count).toBe(n + 300);
      for (let i = 0; i < 300; i++) {
        records.view(n + i, view);
        expect([bodyText(view), records.state(n + i)]).toEqual([`${n} ${i} ${'x'.repeat(i % 20)}`, (n + i) % 3]);
      }
    }
  });
});
