/**
 * Heartbeats of all connections on one timer (AMQP 0-9-1 section 4.2.7; RabbitMQ: Detecting Dead TCP Connections). A connection
 * that sent nothing for half its interval sends a heartbeat; one that was silent for two intervals is dropped.
 */
import type { Clock } from '../../util/clock.ts';
import { attempt, type Fault } from '../../util/guard.ts';
import type { Activity } from './activity.ts';
import { TICK_MS, Ticker } from './ticker.ts';

/** A tick may come a little early: the one counts that is nearest to the moment, or many heartbeats would wait for the next. */
const EARLY_MS = TICK_MS / 2;

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
  receivedAt: number;
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
    this.#watches.set(peer, { sentAt: now, beat: false, receivedAt: now });
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
  if (peer.activity.takeReceived() || peer.readPaused) watch.receivedAt = now;
  else if (now - watch.receivedAt >= 2 * interval) {
    peer.missedHeartbeats();
    return;
  }
  if (peer.activity.takeSent() && !watch.beat) watch.sentAt = now;
  watch.beat = now - watch.sentAt > interval / 2 - EARLY_MS;
  if (!watch.beat) return;
  peer.sendHeartbeat();
  watch.sentAt = now;
}
