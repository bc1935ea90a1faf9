import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import { PriorityLog } from '../../../../src/broker/log/priority-log.ts';
import { SpareConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';
import { NOBODY_WAITS } from '../../../support/nobody-waits.ts';

function priorityLog(): PriorityLog {
  const store = new MemoryStore();
  const memory = unlimitedMemory();
  return new PriorityLog(
    { store, memory, bodies: new BodyStore(store, memory), backlog: new Backlog(), spareConfirms: new SpareConfirms() },
    undefined,
  );
}

const put = (log: PriorityLog, body: string, priority: number, expiresAt = Infinity): number =>
  log.append(messageOf({ body }), false, expiresAt, priority);

function bodyOf(log: PriorityLog, seq: number): string {
  const view = new Message();
  log.view(seq, view, NOBODY_WAITS);
  return bodyText(view);
}

/** Bodies of all ready messages in the order in which they would be delivered; they are settled. */
function drain(log: PriorityLog): string[] {
  const bodies: string[] = [];
  for (let seq = log.peek(); seq >= 0; seq = log.peek()) {
    bodies.push(bodyOf(log, seq));
    log.settle(seq);
  }
  return bodies;
}

describe('a log of priorities', () => {
  test('is empty at first', () => {
    const log = priorityLog();
    expect([log.peek(), log.ready, log.unacked]).toEqual([-1, 0, 0]);
  });

  test('gives sequence numbers that are exact for each of 256 levels', () => {
    const log = priorityLog();
    const seqs = Array.from({ length: 256 }, (_, priority) => [
      put(log, 'a', priority),
      put(log, 'b', priority),
    ]).flat();
    expect(seqs.every(Number.isSafeInteger)).toBe(true);
    expect(new Set(seqs).size).toBe(512);
  });

  test('takes, requeues and settles each message in its own level', () => {
    const log = priorityLog();
    put(log, 'low', 1);
    const high = put(log, 'high', 9);
    log.take(high);
    expect([log.ready, log.unacked, bodyOf(log, log.peek())]).toEqual([1, 1, 'low']);
    log.requeue(high);
    expect([log.ready, log.unacked, bodyOf(log, log.peek()), log.redelivered(high)]).toEqual([2, 0, 'high', true]);
    log.settle(high);
    expect(drain(log)).toEqual(['low']);
  });

  test('knows expiresAt and size of each message, and the bytes of all', () => {
    const log = priorityLog();
    const [low, high] = [put(log, 'four', 1, 5000), put(log, 'thirteen', 200)];
    expect([log.expiresAt(low), log.expiresAt(high)]).toEqual([5000, Infinity]);
    expect([log.bodySize(low), log.bodySize(high)]).toEqual([4, 8]);
    let bytes = 0;
    log.countReadyBytes((more) => (bytes += more));
    expect(bytes).toBe(12);
  });

  test('purges the ready messages of all levels and leaves the others', () => {
    const log = priorityLog();
    const taken = put(log, 'taken', 5);
    log.take(taken);
    put(log, 'a', 1);
    put(log, 'b', 9);
    expect(log.purge()).toBe(2);
    expect([log.ready, log.unacked]).toEqual([0, 1]);
  });

  test('orders as a stable sort by priority does, whatever is taken and put back meanwhile', () => {
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.record({ put: fc.nat(255) }) },
      { weight: 2, arbitrary: fc.constant('take' as const) },
      { weight: 1, arbitrary: fc.constant('requeue' as const) },
      { weight: 1, arbitrary: fc.constant('settle' as const) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const log = priorityLog();
        let number = 0;
        type Entry = { readonly body: string; readonly priority: number; readonly number: number };
        let ready: Entry[] = [];
        const taken: { readonly entry: Entry; readonly seq: number }[] = [];
        const sort = (): void => {
          ready = ready.sort((a, b) => b.priority - a.priority || a.number - b.number);
        };
        for (const each of commands) {
          if (typeof each === 'object') {
            const entry = { body: String(number), priority: each.put, number };
            number++;
            put(log, entry.body, entry.priority);
            ready.push(entry);
            sort();
          } else if (each === 'take') {
            const seq = log.peek();
            const entry = ready.shift();
            if (entry === undefined) expect(seq).toBe(-1);
            else {
              expect(bodyOf(log, seq)).toBe(entry.body);
              log.take(seq);
              taken.push({ entry, seq });
            }
          } else {
            const last = taken.pop();
            if (last === undefined) continue;
            log[each](last.seq);
            if (each === 'requeue') {
              ready.push(last.entry);
              sort();
            }
          }
          expect([log.ready, log.unacked]).toEqual([ready.length, taken.length]);
        }
        expect(drain(log)).toEqual(ready.map(({ body }) => body));
      }),
      { numRuns: 200 },
    );
  });
});
