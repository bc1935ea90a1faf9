/** `leveret store rotate` while a broker runs on the folder: it takes the new key by its control socket, and seals anew what is there. */
import { type ResealingProgress, StoreError } from '../store/store.ts';
import { controlSocketAddress, STORE_KEY } from '../util/control-socket.ts';
import { delay } from '../util/system.ts';
import { type Answer, UnreachableError, type Verb } from './commands/exchange.ts';
import { socketPlace } from './commands/socket-place.ts';

/** How often it is asked how far it is, in milliseconds. */
const LOOK_MS = 500;

/**
 * Undefined if no broker runs on the folder. Resolves when all is sealed anew, which the broker goes on with if this is stopped, to the number of rows that
 * are damaged, and are not. `tell`: told how far it is. Throws StoreError if the broker does not take the key.
 */
export async function rotateRunning(
  folder: string,
  key: Uint8Array,
  tell: (line: string) => void,
): Promise<number | undefined> {
  const taken = await ask(folder, 'PUT', Buffer.from(key).toString('base64'));
  // Of a process whose broker is stopped, too.
  if (taken === undefined || taken.status === 503) return undefined;
  if (taken.status !== 204) throw new StoreError((JSON.parse(taken.text) as { readonly reason: string }).reason);
  tell('The broker has the new key, and is started with it from now on. What is there is sealed anew meanwhile.\n');
  return untilSealedAnew(() => progress(folder), tell);
}

/** Resolves when nothing is left that earlier keys have sealed, but for so many rows that are damaged. */
export async function untilSealedAnew(
  progress: () => Promise<ResealingProgress>,
  tell: (line: string) => void,
): Promise<number> {
  for (;;) {
    const { done, left, damaged } = await progress();
    if (left === 0) return damaged;
    tell(`${done} rows of ${done + left}\n`);
    await delay(LOOK_MS);
  }
}

/** A broker that stops meanwhile goes on when it starts. */
async function progress(folder: string): Promise<ResealingProgress> {
  const answer = await ask(folder, 'GET', '');
  if (answer?.status !== 200) throw new StoreError('The broker has stopped: it goes on when it is started.');
  return JSON.parse(answer.text) as ResealingProgress;
}

/** Undefined if nobody is there. */
async function ask(folder: string, method: Verb, body: string): Promise<Answer | undefined> {
  const address = controlSocketAddress(folder);
  try {
    return await socketPlace(address.path).exchange({ method, path: STORE_KEY, headers: {}, body }, undefined);
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  } finally {
    address.release();
  }
}
