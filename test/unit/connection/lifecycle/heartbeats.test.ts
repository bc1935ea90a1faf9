/** Heartbeats by a clock that the test holds. */
import { describe, expect, it } from 'vitest';
import { ConnectionCounters } from '../../../../src/broker/events/counters.ts';
import { type HeartbeatPeer, Heartbeats } from '../../../../src/connection/lifecycle/heartbeats.ts';
import { Activity } from '../../../../src/connection/lifecycle/activity.ts';
import { rethrow } from '../../../../src/util/guard.ts';
import { HandClock } from '../../../support/hand-clock.ts';

/** Lets this many seconds pass; `each` is called after every hundredth of one. */
function pass(clock: HandClock, seconds: number, each: () => void = () => {}): void {
  for (let step = 0; step < seconds * 100; step++) {
    clock.pass(10);
    each();
  }
}

/** By which less passes than what timers were set for. */
class EarlyClock extends HandClock {
  override elapsed(): number {
    return super.elapsed() * 0.999;
  }
}

class Peer implements HeartbeatPeer {
  readonly fault = rethrow;
  readonly heartbeat: number;
  readonly counters = new ConnectionCounters();
  readonly activity = new Activity(this.counters);
  readPaused = false;
  readonly beats: number[] = [];
  missed: number | undefined;
  readonly #clock: HandClock;

  constructor(clock: HandClock, heartbeat: number) {
    this.#clock = clock;
    this.heartbeat = heartbeat;
  }

  sendHeartbeat(): void {
    this.beats.push(this.#clock.now());
    this.counters.sendCnt++;
  }

  missedHeartbeats(): void {
    this.missed ??= this.#clock.now();
  }
}

function watched(heartbeat: number, clock = new HandClock()) {
  const heartbeats = new Heartbeats(clock);
  const peer = new Peer(clock, heartbeat);
  heartbeats.add(peer);
  return { clock, heartbeats, peer, started: clock.now() };
}

describe('heartbeats', () => {
  it('are sent at half the interval while nothing else is', () => {
    const { clock, peer } = watched(10);
    pass(clock, 60, () => peer.counters.recvCnt++);
    expect(peer.beats.length).toBeGreaterThanOrEqual(10);
    const gaps = peer.beats.slice(1).map((at, index) => at - peer.beats[index]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4500);
  });

  it('are sent in time though timers ring a little early, by the clock', () => {
    const { clock, peer } = watched(2, new EarlyClock());
    pass(clock, 10, () => peer.counters.recvCnt++);
    expect(peer.beats.length).toBeGreaterThanOrEqual(9);
  });

  it('are not sent while other bytes are', () => {
    const { clock, peer } = watched(10);
    pass(clock, 60, () => {
      peer.counters.sendCnt++;
      peer.counters.recvCnt++;
    });
    expect(peer.beats).toEqual([]);
  });

  it('drop a client that is silent for two intervals, and not before', () => {
    const { clock, peer, started } = watched(2);
    pass(clock, 10);
    expect(peer.missed! - started).toBeGreaterThanOrEqual(4000);
    expect(peer.missed! - started).toBeLessThanOrEqual(6000);
  });

  it('take any byte for a sign of life', () => {
    const { clock, peer } = watched(1);
    let steps = 0;
    pass(clock, 60, () => {
      if (++steps % 150 === 0) peer.counters.recvCnt++;
    });
    expect(peer.missed).toBeUndefined();
    pass(clock, 4);
    expect(peer.missed).toBeDefined();
  });

  it('count the silence from anew when the broker reads again, for it was not listening', () => {
    const { clock, peer } = watched(1);
    peer.readPaused = true;
    pass(clock, 30);
    peer.readPaused = false;
    pass(clock, 1.5);
    expect(peer.missed).toBeUndefined();
    pass(clock, 2);
    expect(peer.missed).toBeDefined();
  });

  it('count no silence while the process itself stands still: what came meanwhile waits to be read', () => {
    const { clock, peer } = watched(2);
    pass(clock, 1);
    clock.stand(60_000);
    expect(peer.missed).toBeUndefined();
    // It is told at once that the broker lives.
    expect(peer.beats.at(-1)).toBe(clock.now());
    peer.counters.recvCnt++;
    pass(clock, 3.5);
    expect(peer.missed).toBeUndefined();
    pass(clock, 1);
    expect(peer.missed).toBeDefined();
  });

  it('drop a silent client all the same, however late each tick of a busy process is', () => {
    const { clock, peer, started } = watched(2);
    for (let n = 0; n < 5; n++) clock.stand(900);
    expect(peer.missed! - started).toBe(4500);
  });

  it('go on as before when somebody sets the time, forward or back', () => {
    const { clock, peer } = watched(10);
    pass(clock, 8, () => peer.counters.recvCnt++);
    clock.jump(3_600_000);
    pass(clock, 8);
    expect(peer.missed).toBeUndefined();
    const before = peer.beats.length;
    clock.jump(-7_200_000);
    pass(clock, 10);
    expect(peer.beats.length).toBeGreaterThan(before);
    pass(clock, 4);
    expect(peer.missed).toBeDefined();
  });

  it('are neither sent to nor asked of a client that wants none', () => {
    const { clock, peer } = watched(0);
    pass(clock, 300);
    expect([peer.beats, peer.missed]).toEqual([[], undefined]);
  });

  it('need a timer only while there is somebody to watch', () => {
    const { clock, heartbeats, peer } = watched(10);
    const another = new Peer(clock, 5);
    heartbeats.add(another);
    expect(clock.timers).toBe(1);
    heartbeats.remove(peer);
    expect(clock.timers).toBe(1);
    heartbeats.remove(another);
    expect(clock.timers).toBe(0);
    heartbeats.add(peer);
    expect(clock.timers).toBe(1);
  });
});
