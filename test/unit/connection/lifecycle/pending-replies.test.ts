/** A connection takes no frame while an answer of it waits for the store, or a task that it asked for goes on. */
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TimeSlices, SlicedTask } from '../../../../src/broker/scheduling/time-slices.ts';
import { TransactionConfirms } from '../../../../src/broker/operations/transaction-confirms.ts';
import { Receipt } from '../../../../src/broker/operations/receipt.ts';
import { ReadPause } from '../../../../src/connection/input/read-pause.ts';
import { PendingReplies } from '../../../../src/connection/lifecycle/pending-replies.ts';
import type { FrameParser } from '../../../../src/wire/frame-parser.ts';

describe('a connection', () => {
  /** What the store calls back; empty where all is stored. */
  let commits: (() => void)[];
  let allStored: boolean;
  /** What is to go on in the next turn. */
  let tasks: SlicedTask[];
  let heard: boolean;
  let failures: unknown[];
  let said: string[];
  let waits: PendingReplies;
  let receipt: Receipt<string>;

  beforeEach(() => {
    [commits, allStored, tasks, heard, failures, said] = [[], false, [], true, [], []];
    const store = { afterCommit: (callback: () => void) => (allStored ? callback() : void commits.push(callback)) };
    receipt = new Receipt(store, 'answer');
    const timeSlices = { do: (task: SlicedTask) => !task.step() || (tasks.push(task), false) };
    const parser = { pause: () => (heard = false), resume: () => (heard = true) } as unknown as FrameParser;
    const socket = { pause: () => undefined, resume: () => undefined } as unknown as Socket;
    const connection = {
      broker: { node: { timeSlices: timeSlices as unknown as TimeSlices } },
      wake: () => void said.push('wake'),
      attempt: (action: () => void) => {
        try {
          action();
        } catch (error) {
          failures.push(error);
        }
      },
    };
    waits = new PendingReplies(connection, new ReadPause(socket, parser, (read) => read()));
  });

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const answer = (value: string): void => void said.push(value);

  it('is answered at once, and heard on, where all is stored', () => {
    allStored = true;
    waits.whenStored(receipt, undefined, answer);
    expect([said, heard]).toEqual([['answer'], true]);
  });

  it('is answered at the end of a turn, not in the middle of what the store does, and heard when that is sent', () => {
    waits.whenStored(receipt, undefined, answer);
    expect(heard).toBe(false);
    commits[0]();
    expect(said).toEqual(['wake']);
    expect(waits.turnEnds()).toBe(true);
    expect([said, heard]).toEqual([['wake', 'answer'], false]);
    waits.answered();
    expect(heard).toBe(true);
    expect(waits.turnEnds()).toBe(false);
  });

  it('waits for its messages too, whichever of the two comes last', () => {
    const confirms = new TransactionConfirms();
    confirms.wait();
    waits.whenStored(receipt, confirms, answer);
    commits[0]();
    expect(said).toEqual([]);
    confirms.confirmed();
    expect(said).toEqual(['wake']);
  });

  it('is heard again when the last of its tasks is done', () => {
    const left = [2, 3];
    for (const i of left.keys()) waits.occupy({ writes: true, step: () => --left[i] > 0 });
    expect(heard).toBe(false);
    expect(tasks[0].step()).toBe(false);
    expect([tasks[1].step(), heard]).toEqual([true, false]);
    expect([tasks[1].step(), heard]).toEqual([false, true]);
  });

  it('is heard again when that is known which its answer had to wait for', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    waits.await(promise, (value) => said.push(value));
    expect([said, heard]).toEqual([[], false]);
    resolve('answer');
    await turn();
    expect([said, heard]).toEqual([['answer'], true]);
  });

  it('is not heard between two things that an answer had to wait for', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    waits.await(first.promise, () => waits.await(second.promise, () => answer('answer')));
    first.resolve();
    await turn();
    expect([said, heard]).toEqual([[], false]);
    second.resolve();
    await turn();
    expect([said, heard]).toEqual([['answer'], true]);
  });

  it('fails if that cannot be known, and is heard', async () => {
    const error = new Error('a defect');
    waits.await(Promise.reject(error), answer);
    await turn();
    expect([failures, said, heard]).toEqual([[error], [], true]);
  });

  it('is done with a task that fails', () => {
    const error = new Error('a defect');
    waits.occupy({
      writes: false,
      step: () => {
        throw error;
      },
    });
    expect([failures, heard]).toEqual([[error], true]);
  });
});
