/** Asking a store for what it may answer in the same call or later. */
import { type Answer, StoreError } from './store.ts';

/**
 * Returns the answer of a read if it comes in the same call, and throws it if it is an error. Else returns undefined, and `later` gets the
 * answer when it comes.
 */
export function ask<Value>(read: (answer: Answer<Value>) => void, later: Answer<Value>): Value | undefined {
  let isLater = false;
  let now: Value | StoreError | undefined;
  read((answer) => {
    if (isLater) later(answer);
    else now = answer;
  });
  isLater = true;
  if (now instanceof StoreError) throw now;
  return now;
}
