/**
 * V8 lets a heap grow to a multiple of what is in it before it collects, and the space of young objects to 100 MB if many of them
 * stay: time for memory, of which little comes back. A message leaves next to no garbage, so the daemon needs neither: it is as fast without. A heap
 * that is large all the same, as many queues make it, is given more room.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { systemClock } from './system.ts';

/** How much garbage there may be, in percent of what is in use: of a small heap, and of a large one. */
const GROWTH_PERCENT = 15;
const GROWTH_PERCENT_LARGE = 40;
/**
 * Bytes in use. A larger heap is collected more seldom, and less of it is moved: moving it takes the event loop 30 ms of its processor, where with
 * 20,000 queues a scrape of each takes 4 ms at a time. It takes a tenth more memory.
 */
const LARGE = 64 * 1024 * 1024;
const LOOK_MS = 1000;

/** For a process that is a broker's own: it counts for all of its threads. */
export function keepHeapSmall(): void {
  setForHeap(false);
  // The space of young objects stays as it begins: a MiB that is in use, and one to copy it to.
  setFlagsFromString('--semi-space-growth-factor=1');
  // A compiler's memory is freed when its code is ready. Left to other threads it piles up meanwhile, in heaps of the C library that
  // none of it leaves again: 8 to 16 MB.
  setFlagsFromString('--no-maglev-destroy-on-background');
  let isLarge = false;
  systemClock.every(LOOK_MS, () => {
    if (getHeapStatistics().used_heap_size > LARGE === isLarge) return;
    isLarge = !isLarge;
    setForHeap(isLarge);
  });
}

function setForHeap(isLarge: boolean): void {
  setFlagsFromString(`--heap-growing-percent=${isLarge ? GROWTH_PERCENT_LARGE : GROWTH_PERCENT}`);
  // Pages with little left in them are emptied into others, and the heap grows in smaller steps.
  setFlagsFromString(isLarge ? '--no-optimize-for-size' : '--optimize-for-size');
}
