/** Waiting for one event of an emitter, with a deadline. */
import type { EventEmitter } from 'node:events';
import { PATIENCE } from '../patience.ts';

/**
 * The first argument of the emitter's next `name` event. Unlike `events.once` it does not reject on 'error', because
 * the errors are what these tests look at. Rejects after `deadline` milliseconds.
 */
export function nextEvent<T>(emitter: EventEmitter, name: string, deadline = PATIENCE): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No '${name}' event within ${deadline} ms.`)), deadline);
    emitter.once(name, (value: T) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
