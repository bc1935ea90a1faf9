/** V8's garbage collector, for the few who know better than V8 when it should run. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collector = NonNullable<typeof globalThis.gc>;

/** What collects this thread's garbage, at once and whole; nothing, if the engine is another that lets nobody ask for it (Bun's). */
export function collector(): Collector {
  return globalThis.gc ?? hiddenCollector();
}

/** V8's function, which is there only for what begins while it is told so: a context of its own, in a program that is otherwise as it was. */
function hiddenCollector(): Collector {
  setFlagsFromString('--expose-gc');
  try {
    return (runInNewContext('globalThis.gc') as Collector | undefined) ?? (() => undefined as never);
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
