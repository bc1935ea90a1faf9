/** Moving messages: which go where, how fast, what stays, and how it ends. */
import { beforeEach, describe, expect, test } from 'vitest';
import { OperatorActor } from '../../../../src/broker/operations/actor.ts';
import { startRedrive, type RedriveRequest } from '../../../../src/broker/operations/redriving.ts';
import type { Job } from '../../../../src/broker/scheduling/jobs.ts';
import { LateNode } from '../../../support/late-node.ts';

const TO_OTHER = { exchange: '', routingKey: 'other' };

let node: LateNode;

beforeEach(() => {
  node = new LateNode();
  node.queue('other');
});

function holding(bodies: readonly string[]): void {
  node.queue('q');
  for (const body of bodies) node.publish('q', body);
}

function begin(request: Partial<RedriveRequest>, queue = 'q'): Job {
  const asked = { destination: TO_OTHER, count: Infinity, rate: Infinity, ...request };
  return node.node.jobs.get(startRedrive(node.node, new OperatorActor(node.vhost), queue, asked))!;
}

const ended = (job: Job) => expect.poll(() => job.state).toBe('completed');

describe('messages', () => {
  test('go to where they are sent, in their order', async () => {
    holding(['a', 'b', 'c']);
    const job = begin({});
    await ended(job);
    expect(job.progress).toEqual({ messages: 3, examined: 3, moved: 3, left: 0 });
    expect(await node.drain('other')).toEqual(['a', 'b', 'c']);
    expect(node.queue('q').ready).toBe(0);
  });

  test('go back to the queue that they died in', async () => {
    node.queue('work', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'q' });
    node.queue('q');
    for (const body of ['a', 'b']) node.publish('work', body);
    for (let n = 0; n < 2; n++) node.queue('work').get(false, (_message, seq) => node.queue('work').reject(seq));
    expect(node.queue('q').ready).toBe(2);
    await ended(begin({ destination: undefined }));
    expect(await node.drain('work')).toEqual(['a', 'b']);
  });

  test('stay if no queue takes them, and so do those that never died', async () => {
    holding(['a', 'b']);
    for (const destination of [{ exchange: '', routingKey: 'nowhere' }, undefined]) {
      const job = begin({ destination });
      await ended(job);
      expect(job.progress).toEqual({ messages: 2, examined: 2, moved: 0, left: 2 });
    }
    expect(await node.drain('q')).toEqual(['a', 'b']);
  });

  test('that are not meant stay, and so do those at consumers', async () => {
    holding(['a', 'red', 'b', 'red too']);
    node.queue('q').get(false, () => undefined);
    const job = begin({ text: 'red' });
    await ended(job);
    expect(job.progress).toEqual({ messages: 4, examined: 4, moved: 2, left: 0 });
    expect(await node.drain('other')).toEqual(['red', 'red too']);
  });

  test('come once, though they come back to the end of the same queue', async () => {
    holding(['a', 'b', 'c']);
    const job = begin({ destination: { exchange: '', routingKey: 'q' }, count: 10 });
    await ended(job);
    expect(job.progress['moved']).toBe(3);
    expect(await node.drain('q')).toEqual(['a', 'b', 'c']);
  });
});

describe('a redrive', () => {
  test('moves so many, and no more', async () => {
    holding(['a', 'b', 'c']);
    await ended(begin({ count: 2 }));
    expect(await node.drain('q')).toEqual(['c']);
  });

  test('goes at its rate: the first at once', async () => {
    holding(['a', 'b', 'c']);
    const job = begin({ rate: 2 });
    const moved = (count: number) => expect.poll(() => job.progress['moved']).toBe(count);
    await moved(1);
    await node.turns();
    expect(job.progress['moved']).toBe(1);
    node.clock.pass(500);
    await moved(2);
    node.clock.pass(500);
    await moved(3);
  });

  test('that is cancelled moves no more', async () => {
    holding(['a', 'b', 'c']);
    const job = begin({ rate: 1 });
    await expect.poll(() => job.progress['moved']).toBe(1);
    job.cancel();
    node.clock.pass(10_000);
    await node.turns();
    expect([job.state, job.progress['moved'], node.queue('q').ready]).toEqual(['cancelled', 1, 2]);
  });

  test('fails with its queue', async () => {
    holding(['a', 'b']);
    const job = begin({ rate: 1 });
    node.vhost.deleteQueue(node.queue('q'));
    node.clock.pass(1000);
    await expect.poll(() => job.state).toBe('failed');
    expect(job.error).toBe("queue 'q' is deleted");
  });
});

test('nothing is taken out of a stream', () => {
  node.queue('s', { 'x-queue-type': 'stream' });
  expect(() => begin({}, 's')).toThrow("nothing can be taken out of stream 's'");
});
