/**
 * Heartbeats of all connections on one timer (AMQP 0-9-1 section 4.2.7; RabbitMQ: Detecting Dead TCP Connections). A connection
 * that sent nothing for half its interval sends a heartbeat; one that was silent for two intervals is dropped, if it could be heard meanwhile.
 */
import type { Clock } from '../../util/clock.ts';
import { attempt, type Fault } from '../../util/guard.ts';
import type { Activity } from './activity.ts';
import { TICK_MS, Ticker } from './ticker.ts';

/** A tick may come a little early: the one counts that is nearest to the moment, or many heartbeats would wait for the next. */
const EARLY_MS = TICK_MS / 2;
/** What a look counts as silence at most: if the process stood still for longer, what clients sent waits in their sockets. */
const MOST_SILENCE_MS = 2 * TICK_MS;

export interface HeartbeatPeer {
  /** Told what goes wrong with it; the others are looked at all the same. */
  readonly fault: Fault;
  /** Interval in seconds. */
  readonly heartbeat: number;
  readonly activity: Activity;
  /** True while the broker itself does not read, so that silence says nothing. */
  readonly readPaused: boolean;
  sendHeartbeat(): void;
  missedHeartbeats(): void;
}

interface Watch {
  sentAt: number;
  /** The last that was sent is a heartbeat: it has been counted. */
  beat: boolean;
  /** For how long nothing came, in milliseconds, until it was looked at last. */
  silentMs: number;
  lookedAt: number;
}

export class Heartbeats {
  readonly #clock: Clock;
  readonly #watches = new Map<HeartbeatPeer, Watch>();
  readonly #ticker: Ticker;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ticker = new Ticker(clock, () => this.#tick());
  }

  add(peer: HeartbeatPeer): void {
    if (peer.heartbeat === 0) return;
    const now = this.#clock.elapsed();
    this.#watches.set(peer, { sentAt: now, beat: false, silentMs: 0, lookedAt: now });
    this.#ticker.runFor(this.#watches.size);
  }

  remove(peer: HeartbeatPeer): void {
    this.#watches.delete(peer);
    this.#ticker.runFor(this.#watches.size);
  }

  #tick(): void {
    const now = this.#clock.elapsed();
    for (const [peer, watch] of this.#watches) attempt(peer.fault, () => look(peer, watch, now));
  }
}

function look(peer: HeartbeatPeer, watch: Watch, now: number): void {
  const interval = peer.heartbeat * 1000;
  watch.silentMs += Math.min(now - watch.lookedAt, MOST_SILENCE_MS);
  watch.lookedAt = now;
  if (peer.activity.takeReceived() || peer.readPaused) watch.silentMs = 0;
  else if (watch.silentMs >= 2 * interval) {
    peer.missedHeartbeats();
    return;
  }
  if (peer.activity.takeSent() && !watch.beat) watch.sentAt = now;
  watch.beat = now - watch.sentAt > interval / 2 - EARLY_MS;
  if (!watch.beat) return;
  peer.sendHeartbeat();
  watch.sentAt = now;
}
