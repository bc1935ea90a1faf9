/** Heartbeats by a clock that the test holds. */
import { describe, expect, it } from 'vitest';
import { type HeartbeatPeer, Heartbeats } from '../../../src/connection/heartbeats.ts';
import { SignsOfLife } from '../../../src/connection/signs-of-life.ts';
import type { Clock, Timer } from '../../../src/util/clock.ts';

class HandClock implements Clock {
  #now = 1_000_000;
  readonly #every: { ms: number; callback: () => void; at: number }[] = [];

  now(): number {
    return this.#now;
  }

  after(): Timer {
    throw new Error('heartbeats use one repeating timer');
  }

  every(ms: number, callback: () => void): Timer {
    const entry = { ms, callback, at: this.#now + ms };
    this.#every.push(entry);
    return { cancel: () => this.#every.splice(this.#every.indexOf(entry), 1) };
  }

  get timers(): number {
    return this.#every.length;
  }

  /** Lets this many seconds pass; `each` is called after every hundredth of one. */
  pass(seconds: number, each: () => void = () => {}): void {
    for (let step = 0; step < seconds * 100; step++) {
      this.#now += 10;
      for (const entry of [...this.#every]) {
        if (entry.at > this.#now) continue;
        entry.at += entry.ms;
        entry.callback();
      }
      each();
    }
  }
}

class Peer implements HeartbeatPeer {
  readonly heartbeat: number;
  readonly life = new SignsOfLife();
  deaf = false;
  readonly beats: number[] = [];
  missed: number | undefined;
  readonly #clock: HandClock;

  constructor(clock: HandClock, heartbeat: number) {
    this.#clock = clock;
    this.heartbeat = heartbeat;
  }

  sendHeartbeat(): void {
    this.beats.push(this.#clock.now());
    this.life.noteSent();
  }

  missedHeartbeats(): void {
    this.missed ??= this.#clock.now();
  }
}

function watched(heartbeat: number) {
  const clock = new HandClock();
  const heartbeats = new Heartbeats(clock);
  const peer = new Peer(clock, heartbeat);
  heartbeats.add(peer);
  return { clock, heartbeats, peer, started: clock.now() };
}

describe('heartbeats', () => {
  it('are sent at half the interval while nothing else is', () => {
    const { clock, peer } = watched(10);
    clock.pass(60, () => peer.life.noteReceived());
    expect(peer.beats.length).toBeGreaterThanOrEqual(10);
    const gaps = peer.beats.slice(1).map((at, index) => at - peer.beats[index]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4500);
  });

  it('are not sent while other bytes are', () => {
    const { clock, peer } = watched(10);
    clock.pass(60, () => {
      peer.life.noteSent();
      peer.life.noteReceived();
    });
    expect(peer.beats).toEqual([]);
  });

  it('drop a client that is silent for two intervals, and not before', () => {
    const { clock, peer, started } = watched(2);
    clock.pass(10);
    expect(peer.missed! - started).toBeGreaterThanOrEqual(4000);
    expect(peer.missed! - started).toBeLessThanOrEqual(6000);
  });

  it('take any byte for a sign of life', () => {
    const { clock, peer } = watched(1);
    let steps = 0;
    clock.pass(60, () => {
      if (++steps % 150 === 0) peer.life.noteReceived();
    });
    expect(peer.missed).toBeUndefined();
    clock.pass(4);
    expect(peer.missed).toBeDefined();
  });

  it('count the silence from anew when the broker reads again, for it was not listening', () => {
    const { clock, peer } = watched(1);
    peer.deaf = true;
    clock.pass(30);
    peer.deaf = false;
    clock.pass(1.5);
    expect(peer.missed).toBeUndefined();
    clock.pass(2);
    expect(peer.missed).toBeDefined();
  });

  it('are neither sent to nor asked of a client that wants none', () => {
    const { clock, peer } = watched(0);
    clock.pass(300);
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
