import { totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { availableMemory, cgroupLimit } from '../../../src/util/available-memory.ts';

const MIB = 1024 * 1024;

/** The limit where the process is in these groups, as /proc/self/cgroup says it, and the files are these, below /sys/fs/cgroup. */
function limit(groups: string, files: Readonly<Record<string, string>>): number {
  return cgroupLimit((path) => (path === '/proc/self/cgroup' ? groups : files[path.replace('/sys/fs/cgroup/', '')]));
}

describe('the limit by control groups', () => {
  test('is that of the own group', () => {
    expect(limit('0::/app.service\n', { 'app.service/memory.max': `${512 * MIB}\n` })).toBe(512 * MIB);
  });

  test.each([
    ['the own one', 'pods/pod1/app', 100],
    ['the one it is in', 'pods/pod1', 100],
    ['the outermost', 'pods', 100],
    ['none', 'elsewhere', 300],
  ])('is the least of all groups the process is in: %s has it', (_which, least, expected) => {
    const files = {
      'pods/memory.max': `${300 * MIB}\n`,
      'pods/pod1/memory.max': `${400 * MIB}\n`,
      'pods/pod1/app/memory.max': `${500 * MIB}\n`,
      [`${least}/memory.max`]: `${100 * MIB}\n`,
    };
    expect(limit('0::/pods/pod1/app\n', files)).toBe(expected * MIB);
  });

  test('of a group that says `max`, or where nothing counts memory, is that of the ones it is in', () => {
    expect(limit('0::/slice/app\n', { 'slice/app/memory.max': 'max\n', 'slice/memory.max': '1000000\n' })).toBe(1e6);
    expect(limit('0::/slice/user/app\n', { 'slice/memory.max': '1000000\n' })).toBe(1e6);
  });

  test('is where a group is slowed down, if that is less', () => {
    const files = { 'app/memory.max': '3000000\n', 'app/memory.high': '2000000\n', 'memory.high': 'max\n' };
    expect(limit('0::/app\n', files)).toBe(2e6);
  });

  test('of a container that sees itself as the root is that of the root', () => {
    expect(limit('0::/\n', { 'memory.max': '1000000\n' })).toBe(1e6);
  });

  test('of a container that is told its path on the host, and sees only itself, is that of the root', () => {
    expect(limit('0::/system.slice/docker-1.scope\n', { 'memory.max': '1000000\n' })).toBe(1e6);
  });

  test('leaves the mounted groups alone where the process is outside of them', () => {
    expect(limit('0::/../../other\n', { '../../other/memory.max': '1\n', 'memory.max': '1000000\n' })).toBe(1e6);
  });

  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['nobody sets one', '0::/app\n', { 'app/memory.max': 'max\n', 'app/memory.high': 'max\n' }],
    ['no file can be read', '0::/a/b\n', {}],
    ['a file is empty', '0::/app\n', { 'app/memory.max': '' }],
    ['there are no groups', '', {}],
    ['only version 1 is there', '5:memory:/docker/1\n1:cpu:/\n', { 'memory.max': '1\n', 'docker/1/memory.max': '1\n' }],
    [
      'version 1 has the memory',
      '5:memory:/docker/1\n0::/docker/1\n',
      { 'memory/docker/1/memory.limit_in_bytes': '1\n' },
    ],
  ])('is none where %s', (_what, groups, files) => {
    expect(limit(groups, files)).toBe(Infinity);
  });
});

test('the memory there is is no more than the machine has', () => {
  expect(availableMemory()).toBeGreaterThan(0);
  expect(availableMemory()).toBeLessThanOrEqual(totalmem());
});
