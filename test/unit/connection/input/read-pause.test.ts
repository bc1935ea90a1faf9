/** When a connection reads: as long as no reason speaks against it, whatever the order in which reasons come and go. */
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadPause, type PauseReason } from '../../../../src/connection/input/read-pause.ts';
import type { FrameParser } from '../../../../src/wire/frame-parser.ts';

function opened() {
  const state = { socketPaused: false, parserPaused: false };
  const socket = {
    pause: () => (state.socketPaused = true),
    resume: () => (state.socketPaused = false),
  } as unknown as Socket;
  const parser = {
    pause: () => (state.parserPaused = true),
    resume: () => (state.parserPaused = false),
  } as unknown as FrameParser;
  return { state, reading: new ReadPause(socket, parser, (read) => read()) };
}

const reason = fc.constantFrom<PauseReason>('turn', 'store', 'congested', 'alarm');

describe('a connection', () => {
  it('reads exactly while there is no reason against it, and takes frames while there is none but its turn', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), reason), { maxLength: 60 }), (steps) => {
        const { state, reading } = opened();
        const against = new Set<PauseReason>();
        for (const [pause, why] of steps) {
          if (pause) {
            reading.pause(why);
            against.add(why);
          } else {
            reading.resume(why);
            against.delete(why);
          }
          expect(reading.has(why)).toBe(against.has(why));
          expect(reading.paused).toBe(against.size > 0);
          expect(state.socketPaused).toBe(against.size > 0);
          expect(state.parserPaused).toBe([...against].some((one) => one !== 'turn'));
        }
      }),
      { seed: 51 },
    );
  });

  it('reads on at once when it closes, whatever held it up', () => {
    const { state, reading } = opened();
    for (const why of ['turn', 'store', 'congested', 'alarm'] as const) reading.pause(why);
    reading.resumeAll();
    expect([reading.paused, state]).toEqual([false, { socketPaused: false, parserPaused: false }]);
    reading.resume('store');
    expect(reading.paused).toBe(false);
  });
});
