import { describe, expect, test, vi } from 'vitest';
import { LogPipe } from '../../../src/util/log-pipe.ts';
import { UNTIL } from '../../support/patience.ts';

/** A pipe with so many bytes of room. */
function pipe(room: number) {
  const state = { room, read: '' };
  const log = new LogPipe((bytes) => {
    if (state.room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    const taken = Math.min(state.room, bytes.length);
    state.room -= taken;
    state.read += bytes.toString('utf8', 0, taken);
    return taken;
  });
  return { state, log };
}

describe('a log to a pipe', () => {
  test('is written at once where there is room', () => {
    const { state, log } = pipe(Infinity);
    log.write('one\n');
    expect(state.read).toBe('one\n');
  });

  test('waits where there is none, and comes in order and whole', async () => {
    const { state, log } = pipe(6);
    for (const line of ['one\n', 'two\n', 'three\n']) log.write(line);
    expect(state.read).toBe('one\ntw');
    state.room = Infinity;
    await vi.waitFor(() => expect(state.read).toBe('one\ntwo\nthree\n'), UNTIL);
  });

  test('loses what nobody reads for long, and says how much', () => {
    const { state, log } = pipe(0);
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 1034; count++) log.write(line);
    state.room = Infinity;
    log.flush();
    const lines = state.read.trimEnd().split('\n');
    expect(lines).toHaveLength(1025);
    expect(JSON.parse(lines[1024])).toMatchObject({
      level: 'warn',
      lines: 10,
      msg: 'log lines are lost: nobody read them in time',
    });
    log.write('next\n');
    expect(state.read.endsWith('}\nnext\n')).toBe(true);
  });

  test('is over when the other end is closed', () => {
    const log = new LogPipe(() => {
      throw Object.assign(new Error('closed'), { code: 'EPIPE' });
    });
    for (let count = 0; count < 3000; count++) log.write('x'.repeat(1000));
  });
});
