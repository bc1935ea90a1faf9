/** What the control port waits for at a queue. */
import type { Match } from '../log/match.ts';
import type { Settled, TestQueue } from '../test-queue.ts';
import { BadRequest } from './bad-request.ts';
import { entryView, messageView } from './views.ts';

/** A message, if nothing else is said; else what became of one, consumers, or that there is none, each for itself. */
export interface WaitRequest {
  readonly match?: Match;
  readonly count?: number;
  readonly patience?: number;
  readonly settled?: Settled;
  readonly consumers?: number;
  readonly empty?: boolean;
  /** Milliseconds in which none may come. */
  readonly nothing?: number;
}

/** Resolves with a message or an entry, if there is one to show. Rejects with what is wrong, or with WaitError. */
export async function waitAt(queue: TestQueue, request: WaitRequest): Promise<object | undefined> {
  const { match = {}, count = 1, patience, settled, consumers, empty = false, nothing } = request;
  const asked = [settled, consumers, empty || undefined, nothing].filter((value) => value !== undefined);
  if (asked.length > 1) throw new BadRequest('wait for one of "settled", "consumers", "empty" and "nothing" at a time');
  if (settled !== undefined) return entryView(await queue.toSettle(match, settled, { patience }));
  if (consumers !== undefined) await queue.toHaveConsumers(consumers, { patience });
  else if (empty) await queue.toBeEmpty({ patience });
  else if (nothing !== undefined) await queue.toReceiveNothing({ for: nothing }, match);
  else return messageView(await queue.toReceive(match, { count, patience }));
  return undefined;
}
