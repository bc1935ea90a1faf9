/**
 * V8 collects garbage when its heap has grown, to which a thread without work never comes: what a start leaves behind would stay, and so
 * would large bodies that the last messages left. So the daemon and the store's thread ask for a collection when they rest.
 */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collector } from './garbage.ts';
import { systemClock } from './system.ts';

/** Milliseconds without work, after which nobody is expected to come while a collection runs. */
const REST_MS = 1000;
/** After the first collection a rest is so many times longer: to look for one costs an idle process next to nothing. */
const LATER = 5;
/** Share of a rest in which the thread may have been at work nevertheless. */
const LITTLE_WORK = 0.01;
/** Bytes. A collection takes 1 to 2 ms a MiB, and this is what nobody may notice: the rest before one is so many times longer as the heap is larger. */
const SMALL_HEAP = 24 * 1024 * 1024;
/** Bytes in memory beyond what the last collection left, from which on another is worth its time. */
const WORTH_BYTES = 8 * 1024 * 1024;

/**
 * Collects this thread's garbage when it rests for `rest` milliseconds for the first time, however long after the start that is: who
 * sends and receives meanwhile would wait, and run slowly after it, as it throws away compiled code too. A heap that is large by then is left
 * to V8, which has collected. From then on collects whenever the thread rests and has more in memory than was left. Does not keep the process
 * from ending.
 */
export function collectGarbageWhenIdle(rest = REST_MS): void {
  after(rest, (rested) => {
    if (!rested) {
      collectGarbageWhenIdle(rest);
      return;
    }
    if (heapBytes() <= SMALL_HEAP) collector()({ type: 'major', flavor: 'last-resort' });
    watch(rest * LATER, inMemory());
  });
}

/** `left`: the least that was in memory since the last collection, in bytes. */
function watch(rest: number, left: number): void {
  after(rest * Math.ceil(heapBytes() / SMALL_HEAP), (rested) => {
    if (rested && inMemory() >= left + WORTH_BYTES) {
      collector()({ type: 'major' });
      left = inMemory();
    }
    watch(rest, Math.min(left, inMemory()));
  });
}

/** Tells after so many milliseconds if the thread had next to no work in them. */
function after(rest: number, callback: (rested: boolean) => void): void {
  const before = performance.eventLoopUtilization();
  const look = (): void => callback(performance.eventLoopUtilization(before).utilization <= LITTLE_WORK);
  systemClock.after(rest, look);
}

function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

/** The heap, and the buffers beside it. */
function inMemory(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
