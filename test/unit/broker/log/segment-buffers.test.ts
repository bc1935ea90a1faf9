import { describe, expect, it } from 'vitest';
import { Records } from '../../../../src/broker/log/segment-records.ts';
import { SegmentBuffers, type SegmentMemory, type SegmentPlace } from '../../../../src/broker/log/segment-buffers.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';

function takeMany(buffers: SegmentBuffers, count: number): SegmentPlace[] {
  return Array.from({ length: count }, () => buffers.takeSmall(10, 300)!);
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

  it('is none for what is large', () => {
    const buffers = new SegmentBuffers();
    expect(buffers.takeSmall(10_000, 300)).toBeUndefined();
    expect(buffers.takeSmall(10, 30_000)).toBeUndefined();
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
