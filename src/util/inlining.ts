/**
 * V8 inlines into a function until what it took in has so many bytes of code, 920 by default. The way of a message from its frame to
 * a queue, and from there to a consumer, is a dozen small functions in several files; at 920 its last third is called instead, which
 * takes 5 to 10 % of the time of a small message.
 */
import { setFlagsFromString } from 'node:v8';

const INLINED_BYTES = 2000;

/** For a process that is a broker's own: it counts for all of its threads. */
export function inlineMessagePath(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTES}`);
}
