/**
 * The one guard. Whatever the event loop calls (timers, ends of turns, sockets, the store's thread, promises that nobody awaits) comes in
 * through it: what goes wrong is told, and is the trouble of one queue, one connection or one batch, and never the end of the process.
 */
import type { Clock } from './clock.ts';

/** Is told what went wrong. It must not throw. */
export type Fault = (error: unknown) => void;

/** For who is told of no fault: whoever calls hears of it. */
export const rethrow: Fault = (error) => {
  throw error;
};

/** Does it, now. `subject`: what `action` is given, so that who calls very often needs no closure. */
export function attempt(fault: Fault, action: () => void): void;
export function attempt<Subject>(fault: Fault, action: (subject: Subject) => void, subject: Subject): void;
export function attempt<Subject>(fault: Fault, action: (subject: Subject) => void, subject?: Subject): void {
  try {
    action(subject!);
  } catch (error) {
    fault(error);
  }
}

/** Does it with each: the others have their turn if it goes wrong with one. */
export function attemptEach<Item>(fault: Fault, items: Iterable<Item>, action: (item: Item) => void): void {
  for (const item of items) attempt(fault, action, item);
}

/** The same action, for whoever calls back later. */
export function guarded<Args extends readonly unknown[]>(
  fault: Fault,
  action: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      action(...args);
    } catch (error) {
      fault(error);
    }
  };
}

/** Sockets, threads, ports and servers. */
interface Emitter {
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  off(event: string, listener: (...args: readonly unknown[]) => void): unknown;
}

/** Has events heard. Returns what ends that. */
export function hear<Args extends readonly unknown[]>(
  emitter: Emitter,
  event: string,
  fault: Fault,
  action: (...args: Args) => void,
): () => void {
  const listener = guarded(fault, action as (...args: readonly unknown[]) => void);
  emitter.on(event, listener);
  return () => void emitter.off(event, listener);
}

/** For a promise that nobody awaits. */
export function unawaited(fault: Fault, promise: Promise<unknown>): void {
  promise.catch(fault);
}

/** Does it when the calls that run now have returned, in the same turn. */
export function afterCalls(fault: Fault, action: () => void): void {
  queueMicrotask(guarded(fault, action));
}

/** A clock whose callbacks are guarded. */
export function guardedClock(clock: Clock, fault: Fault): Clock {
  return {
    steady: clock.steady === true,
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    after: (ms, callback) => clock.after(ms, guarded(fault, callback)),
    every: (ms, callback) => clock.every(ms, guarded(fault, callback)),
    soon: (callback) => clock.soon(guarded(fault, callback)),
  };
}
