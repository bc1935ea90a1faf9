/** The end of a store: everything said to it is committed, or that is given up. */
import type { Clock } from '../../util/clock.ts';
import { unawaited } from '../../util/guard.ts';
import type { GroupCommit } from '../group-commit.ts';
import { StoreError } from '../store.ts';
import type { CommitTrouble } from './commit-trouble.ts';

/** How long a store that is closed waits for commits that fail, in milliseconds. */
export const CLOSE_MS = 5000;

export interface Closing {
  readonly commits: GroupCommit;
  readonly trouble: CommitTrouble;
  /** Guarded. */
  readonly clock: Clock;
  readonly closeMs: number;
  /** Resolves if commits can work no more. */
  readonly lost: Promise<void>;
  /** Of the store, for the error. */
  readonly name: string;
}

/**
 * Resolves when everything said is committed; rejects with a StoreError if commits fail for `closeMs`, can no longer work, or are another node's
 * to make.
 */
export async function lastCommit({ commits, trouble, clock, closeMs, lost, name }: Closing): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => {
    reject(new StoreError(`${name} was closed with data not written: ${commits.fenced ?? trouble.reason}`));
  };
  commits.onFenced(giveUp);
  commits.whenIdle(resolve);
  unawaited(reject, lost.then(giveUp));
  // A commit that is only slow is waited for.
  const timer = clock.every(closeMs, () => {
    if (trouble.reason !== undefined) giveUp();
  });
  try {
    await promise;
  } finally {
    timer.cancel();
  }
}
