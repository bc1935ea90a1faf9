/**
 * What a single message waits for, counted rather than timed: nothing but the events it consists of. A timer anywhere on its way
 * would be a millisecond at least, and a turn of the event loop as long as everything else that is done in it.
 */
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Counters } from '../../bench/load/role.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { GuardedBroker, nextTurn } from './guarded-broker.ts';

/** Turns without work before the message. */
const SILENCE = 20;
const NEVER = setTimeout(() => {}, 0);

describe('the first message after silence', () => {
  let broker: GuardedBroker;
  let turn = 0;
  /** Each write of the broker: to which socket, in which turn. */
  const writes: { readonly socket: Socket; readonly turn: number }[] = [];

  beforeEach(async () => {
    broker = await GuardedBroker.start({ dataDir: temporaryFolder() }, (socket) => writes.push({ socket, turn }));
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await broker.stop();
  });

  it.each([
    { what: 'without acknowledgements', persistent: false, autoAck: true, unconfirmed: 0 },
    { what: 'acknowledged and confirmed', persistent: false, autoAck: false, unconfirmed: 1 },
    { what: 'persistent, acknowledged and confirmed', persistent: true, autoAck: false, unconfirmed: 1 },
  ])('goes out in the turn in which it came, and all is said of it though no timer fires: $what', async (load) => {
    const { persistent, autoAck, unconfirmed } = load;
    const [sent, taken] = [new Counters(), new Counters()];
    const taking = await broker.consumer({ autoAck, prefetch: autoAck ? 0 : 10, ackEvery: 1 }, taken);
    const to = writes.at(-1)!.socket;
    const sending = await broker.publisher({ persistent, unconfirmed, count: 1 }, sent);
    const from = writes.at(-1)!.socket;
    for (let i = 0; i < SILENCE; i++) await nextTurn();
    const timers = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(NEVER);
    const before = from.bytesRead;
    writes.length = 0;
    let came: number | undefined;
    sending.start();
    while (taken.consumed < 1 || sent.confirmed < unconfirmed) {
      await nextTurn();
      // Before what the broker does at the end of this turn.
      turn++;
      if (from.bytesRead > before) came ??= turn;
    }
    expect(came).toBeDefined();
    expect(writes.find(({ socket }) => socket === to)).toEqual({ socket: to, turn: came });
    timers.mockRestore();
    await sending.stop();
    await Promise.all([sending.end(), taking.end()]);
  });
});
