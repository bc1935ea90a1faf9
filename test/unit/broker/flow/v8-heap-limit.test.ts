import { describe, expect, test } from 'vitest';
import { Alarms } from '../../../../src/broker/flow/alarms.ts';
import { V8HeapLimit } from '../../../../src/broker/flow/v8-heap-limit.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const MIB = 1024 * 1024;
const REFUSED = 'RESOURCE_ERROR - the memory for what clients declare and open is used up';

/** A heap of a GiB, of which 832 MiB are for what stays, and a collection takes 100 ms. */
function engine(clock: HandClock) {
  return {
    live: 0,
    garbage: 0,
    collections: 0,
    statistics() {
      return { used_heap_size: (this.live + this.garbage) * MIB, heap_size_limit: 1024 * MIB };
    },
    collect() {
      this.garbage = 0;
      this.collections++;
      clock.pass(100);
    },
  };
}

function setUp() {
  const clock = new HandClock();
  const alarms = new Alarms();
  const v8 = engine(clock);
  return { clock, alarms, v8, heap: new V8HeapLimit(alarms, clock, v8) };
}

describe('the heap', () => {
  test('has room until seven tenths of it are in use', () => {
    const { heap, v8, alarms } = setUp();
    v8.live = 580;
    heap.checkRoom();
    expect(v8.collections).toBe(0);
    v8.live = 585;
    expect(() => heap.checkRoom()).toThrow(REFUSED);
    expect(alarms.alarm).toBe('low on memory');
  });

  test('is not full of garbage', () => {
    const { heap, v8, alarms } = setUp();
    Object.assign(v8, { live: 400, garbage: 300 });
    heap.checkRoom();
    expect(v8).toMatchObject({ garbage: 0, collections: 1 });
    expect(alarms.alarm).toBeUndefined();
  });

  test('does not collect garbage all the time', () => {
    const { clock, heap, v8 } = setUp();
    v8.live = 600;
    for (let asked = 0; asked < 10; asked++) expect(heap.look()).toBe(true);
    expect(v8.collections).toBe(1);
    clock.pass(2000);
    expect(v8.collections).toBe(2);
  });

  test('is looked at again as soon where the time is set back', () => {
    const { clock, heap, v8 } = setUp();
    v8.live = 600;
    heap.look();
    clock.jump(-3_600_000);
    Object.assign(v8, { live: 100, garbage: 500 });
    clock.pass(2000);
    expect(heap.look()).toBe(false);
  });

  test('has room again, and says so, without being asked', () => {
    const { clock, alarms, heap, v8 } = setUp();
    v8.live = 600;
    heap.look();
    Object.assign(v8, { live: 100, garbage: 500 });
    clock.pass(500);
    expect(alarms.alarm).toBe('low on memory');
    clock.pass(3000);
    expect(alarms.alarm).toBeUndefined();
    expect(clock.timers).toBe(0);
    heap.checkRoom();
  });
});
