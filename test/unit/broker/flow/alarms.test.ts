import { expect, test, vi } from 'vitest';
import { Alarms } from '../../../../src/broker/flow/alarms.ts';

test('the reason names what is low, in the words of connection.blocked', () => {
  const alarms = new Alarms();
  expect(alarms.alarm).toBeUndefined();
  alarms.set('disk', true);
  expect(alarms.alarm).toBe('low on disk');
  alarms.set('memory', true);
  expect(alarms.alarm).toBe('low on memory & low on disk');
  alarms.set('disk', false);
  expect(alarms.alarm).toBe('low on memory');
});

test('listeners hear once when the last reason is gone', () => {
  const alarms = new Alarms();
  const cleared = vi.fn();
  alarms.onCleared(cleared);
  alarms.set('memory', false);
  alarms.set('memory', true);
  alarms.set('disk', true);
  alarms.set('memory', false);
  expect(cleared).not.toHaveBeenCalled();
  alarms.set('disk', false);
  alarms.set('disk', false);
  expect(cleared).toHaveBeenCalledTimes(1);
});

test('a resource is low until each of its causes is gone', () => {
  const alarms = new Alarms();
  const cleared = vi.fn();
  alarms.onCleared(cleared);
  alarms.set('disk', true);
  alarms.set('disk', true, 'free space');
  alarms.set('disk', false);
  expect([alarms.alarm, cleared.mock.calls.length]).toEqual(['low on disk', 0]);
  alarms.set('disk', false, 'free space');
  expect([alarms.alarm, cleared.mock.calls.length]).toEqual([undefined, 1]);
});

test('a store that cannot commit counts as a disk that takes nothing, and its reason is known', () => {
  const alarms = new Alarms();
  const changed = vi.fn();
  alarms.onChange(changed);
  alarms.storeTrouble = 'no connection';
  expect([alarms.alarm, alarms.isRaised('disk'), alarms.isRaised('memory')]).toEqual(['low on disk', true, false]);
  alarms.set('disk', true);
  alarms.storeTrouble = 'disk full';
  alarms.set('disk', false);
  expect([alarms.alarm, alarms.storeTrouble]).toEqual(['low on disk', 'disk full']);
  alarms.storeTrouble = undefined;
  expect([alarms.alarm, changed.mock.calls.length]).toEqual([undefined, 5]);
});
