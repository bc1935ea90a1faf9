import { describe, expect, test } from 'vitest';
import type { Consumer } from '../../../../src/broker/queue/consumer.ts';
import { Consumers } from '../../../../src/broker/queue/consumers.ts';
import { consumer, turns } from './support.ts';

function consumersOf(singleActiveConsumer: boolean, ...all: readonly Consumer[]): Consumers {
  const consumers = new Consumers({ singleActiveConsumer });
  for (const one of all) {
    consumers.add(one);
    consumers.activate(one);
  }
  return consumers;
}

describe('the consumers of a queue', () => {
  test('are served in turn, or the first of them alone', () => {
    const tags = ['a', 'b'];
    expect(turns(consumersOf(false, ...tags.map((tag) => consumer(tag))), 3)).toEqual(['a', 'b', 'a']);
    expect(turns(consumersOf(true, ...tags.map((tag) => consumer(tag))), 3)).toEqual(['a', 'a', 'a']);
  });

  test('wait for their turn once, however often they say that they have room', () => {
    const [a, b] = [consumer('a'), consumer('b')];
    const consumers = consumersOf(false, a, b);
    consumers.activate(a);
    expect(turns(consumers, 4)).toEqual(['a', 'b', 'a', 'b']);
  });

  test.each([false, true])('that left get no further turn (single active consumer: %s)', (single) => {
    const all = ['a', 'b', 'c'].map((tag) => consumer(tag));
    const consumers = consumersOf(single, ...all);
    consumers.remove(all[0]);
    consumers.activate(all[0]);
    expect(turns(consumers, 2)).toEqual(single ? ['b', 'b'] : ['b', 'c']);
    expect(consumers.count).toBe(2);
    expect([...consumers].map(({ tag }) => tag)).toEqual(['b', 'c']);
  });

  test('are exclusive as long as the exclusive one is there', () => {
    const [one, other] = [consumer('one', { exclusive: true }), consumer('other')];
    const consumers = consumersOf(false, one, other);
    expect(consumers.exclusive).toBe(true);
    consumers.remove(other);
    expect(consumers.exclusive).toBe(true);
    consumers.remove(one);
    expect(consumers.exclusive).toBe(false);
  });
});
