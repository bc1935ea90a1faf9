import { describe, expect, it } from 'vitest';
import { Alarms } from '../../../src/broker/alarms.ts';

describe('the alarms', () => {
  it('name what is low in the words of connection.blocked', () => {
    const alarms = new Alarms();
    expect(alarms.alarm).toBeUndefined();
    alarms.set('disk', true);
    expect(alarms.alarm).toBe('low on disk');
    alarms.set('memory', true);
    expect(alarms.alarm).toBe('low on memory & low on disk');
    alarms.set('disk', false);
    expect(alarms.alarm).toBe('low on memory');
  });

  it('last until each cause is gone, and tell it once when the last is', () => {
    const alarms = new Alarms();
    let cleared = 0;
    alarms.onCleared(() => cleared++);
    alarms.set('disk', true);
    alarms.set('disk', true, 'free space');
    alarms.set('memory', true);
    alarms.set('disk', false);
    expect(alarms.alarm).toBe('low on memory & low on disk');
    alarms.set('disk', false, 'free space');
    alarms.set('disk', false, 'free space');
    expect([alarms.alarm, cleared]).toEqual(['low on memory', 0]);
    alarms.set('memory', false);
    expect([alarms.alarm, cleared]).toEqual([undefined, 1]);
    alarms.set('memory', false);
    expect(cleared).toBe(1);
  });
});
