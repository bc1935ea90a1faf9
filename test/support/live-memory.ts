/**
 * What this process holds on to, as opposed to what it has from the system: the resident set also counts garbage that waits
 * for its collection, which says more about the machine's other work than about the code.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of live objects and buffers, after a full collection. */
export function liveBytes(): number {
  // Buffers that one collection finds dead are let go beside it; the next one waits for that.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
