import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../../src/util/clock.ts';
import { DiskSpace, type Room } from '../../../src/util/disk-space.ts';

const disk = { free: 0, error: undefined as Error | undefined };

beforeEach(() => {
  vi.spyOn(fs, 'statfsSync').mockImplementation(answer);
  vi.spyOn(promises, 'statfs').mockImplementation(() => Promise.resolve().then(answer));
  syncBuiltinESMExports();
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

function answer(): fs.StatsFs & fs.BigIntStatsFs {
  if (disk.error !== undefined) throw disk.error;
  return { bavail: disk.free / 4096, bsize: 4096 } as unknown as fs.StatsFs & fs.BigIntStatsFs;
}

const GIGABYTE = 4096 * 250_000;

/** A watch over a disk with so much free, and the clock it looks at. */
function watch(free: number, limit: number) {
  disk.free = free;
  disk.error = undefined;
  const waits: number[] = [];
  let due: (() => void) | undefined;
  let cancelled = 0;
  const after: Clock['after'] = (ms, callback) => {
    waits.push(ms);
    due = callback;
    return { cancel: () => cancelled++ };
  };
  const heard: (readonly [Room, number])[] = [];
  const errors: string[] = [];
  const space = new DiskSpace({
    folder: '/data',
    limit,
    margin: 4096,
    clock: { after } as Clock,
    onChange: (room, now) => heard.push([room, now]),
    onError: (error) => errors.push(error.message),
    fault: (error) => errors.push(`fault: ${(error as Error).message}`),
  });
  onTestFinished(() => space.stop());
  const look = async (): Promise<void> => {
    const looks = waits.length;
    due!();
    await vi.waitFor(() => expect(waits.length).toBe(looks + 1));
  };
  return { space, waits, heard, errors, look, cancelled: () => cancelled };
}

describe('the watch over free disk space', () => {
  it('says at once that space is low, and later that it is short, and enough again, each once', async () => {
    const { heard, look } = watch(4096, 8192);
    expect(heard).toEqual([['low', 4096]]);
    await look();
    disk.free = 8192;
    await look();
    await look();
    disk.free = 12_288;
    await look();
    await look();
    expect(heard).toEqual([
      ['low', 4096],
      ['short', 8192],
      ['enough', 12_288],
    ]);
  });

  it('says nothing while there is enough', async () => {
    const { heard, look } = watch(12_288, 8192);
    await look();
    expect(heard).toEqual([]);
  });

  it('looks the sooner the nearer the limit is', async () => {
    const { waits, look } = watch(100 * GIGABYTE, GIGABYTE);
    disk.free = GIGABYTE * 1.5;
    await look();
    disk.free = GIGABYTE;
    await look();
    disk.free = 0;
    await look();
    expect(waits).toEqual([5000, 2048, 200, 200]);
  });

  it('keeps the last answer, and says once why, while the system gives none', async () => {
    const { heard, errors, look } = watch(4096, 8192);
    disk.error = new Error('EIO');
    await look();
    await look();
    expect(errors).toEqual(['EIO']);
    disk.error = undefined;
    await look();
    disk.error = new Error('EIO again');
    await look();
    expect([errors, heard]).toEqual([['EIO', 'EIO again'], [['low', 4096]]]);
  });

  it('looks no more once stopped', () => {
    const { space, cancelled } = watch(4096, 0);
    space.stop();
    expect(cancelled()).toBe(1);
  });
});
