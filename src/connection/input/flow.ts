/**
 * When a connection is not heard: while the broker can take no more of what it publishes, while its consumers are to be heard
 * first, while it does not read what it is answered, and after names that took patterns too long.
 */
import type { NameGiver } from '../../broker/access/pattern-matcher.ts';
import type { BrokerNode } from '../../broker/topology/broker-node.ts';
import type { ClientProperties } from '../lifecycle/client-properties.ts';
import type { Clock, Timer } from '../../util/clock.ts';
import type { ReadPause } from './read-pause.ts';
import { READ_BYTES } from './shared-input.ts';
import type { Writer } from '../output/writer.ts';

/** Output that the client has not taken, from which on its own input is not read any more. */
const CONGESTED_BYTES = 4 * 1024 * 1024;
/** Replies (direct reply-to) that the client has not taken, from which on further ones are dropped. */
const REPLIES_BYTES = 64 * 1024 * 1024;

/** How long one that was slowed down counts as in flow, in milliseconds: what slows it down comes and goes many times a second. */
const IN_FLOW_MS = 5000;

/** The connection, as its flow sees it. */
export interface FlowingConnection {
  readonly broker: { readonly node: BrokerNode; readonly clock: Clock };
  readonly writer: Writer;
  readonly client: ClientProperties;
  /** Has `turnEnds` called at the end of this turn. */
  wake(): void;
}

export class Flow implements NameGiver {
  readonly #connection: FlowingConnection;
  readonly #readPause: ReadPause;
  readonly #inRecords: boolean;
  /** Of the writer, when it was last asked whether the client is stuck. */
  #taken = 0;
  /** Octets that came in pieces since a turn ended last. */
  #inPieces = 0;
  /** When it was slowed down last, by the clock's `elapsed`. */
  #slowedAt = -Infinity;
  /** When it has rested for its names, by the clock's `elapsed`. */
  #restedAt = 0;
  #restTimer: Timer | undefined;

  /** `inRecords`: what is read comes in pieces, as by TLS and WebSocket. */
  constructor(connection: FlowingConnection, readPause: ReadPause, inRecords: boolean) {
    this.#connection = connection;
    this.#readPause = readPause;
    this.#inRecords = inRecords;
  }

  /**
   * RabbitMQ's word for how much the connection is heard: under an alarm `blocked`, or `blocking` if it has published nothing since; `flow`
   * while it is slowed down, and for some seconds after.
   */
  get state(): 'running' | 'flow' | 'blocking' | 'blocked' {
    const { broker } = this.#connection;
    if (this.#readPause.has('alarm')) return 'blocked';
    if (broker.node.alarms.alarm !== undefined) return 'blocking';
    const isSlowed = this.#readPause.has('backlog') || this.#readPause.has('congested');
    return isSlowed || broker.clock.elapsed() - this.#slowedAt < IN_FLOW_MS ? 'flow' : 'running';
  }

  /** A method was answered: if much waits to be sent, the next one waits too. Deliveries alone keep nobody from being heard. */
  answered(): void {
    if (this.#connection.writer.pending > CONGESTED_BYTES) this.#slowDown('congested');
  }

  /**
   * True if the client is not heard as it does not take what it is sent, and has taken none of it since this was last asked: then it
   * shows no sign of life.
   */
  get isStuck(): boolean {
    if (!this.#readPause.has('congested')) return false;
    const before = this.#taken;
    this.#taken = this.#connection.writer.taken;
    return this.#taken === before;
  }

  /** The client has taken what it was sent. */
  taken(): void {
    this.#readPause.resume('congested');
  }

  /** False if so many replies wait for the client that further ones are lost: they have no queue to wait in. */
  get takesReplies(): boolean {
    const { writer } = this.#connection;
    return !writer.congested || writer.pending <= REPLIES_BYTES;
  }

  /** The content header of a message came in: under an alarm the body is not taken before that is over, as in RabbitMQ. */
  publishes(): void {
    const { broker, writer, client } = this.#connection;
    const { alarm } = broker.node.alarms;
    if (alarm === undefined || this.#readPause.has('alarm')) return;
    this.#readPause.pause('alarm');
    if (client.connectionBlocked) writer.method(0, { name: 'connection.blocked', reason: alarm });
  }

  /** A message came in: if the broker can take no more, that was the last for now. */
  published(): void {
    const { broker, writer } = this.#connection;
    if (writer.congested) this.answered();
    const { backlog, throttleSignal } = broker.node;
    if (backlog.high) this.#slowDown('backlog');
    if (throttleSignal.take()) this.#restOfTurn('throttle');
  }

  /** A rest of less than a millisecond adds to the next one. */
  rest(ms: number): void {
    const now = this.#connection.broker.clock.elapsed();
    this.#restedAt = Math.max(now, this.#restedAt) + ms;
    if (this.#restedAt - now < 1) return;
    this.#readPause.pause('patterns');
    this.#awaitRest();
  }

  /** So many octets came in. One read a turn: a fast publisher must not keep the others from being heard. */
  heard(octets: number): void {
    if (octets === READ_BYTES || this.#isReadInPieces(octets)) this.#restOfTurn('turn');
  }

  /** TLS hands on what was read in records, a WebSocket in messages: they are summed up until as much was heard as one may say in a turn. */
  #isReadInPieces(octets: number): boolean {
    if (!this.#inRecords) return false;
    this.#inPieces += octets;
    return this.#inPieces >= READ_BYTES;
  }

  /**
   * The broker can take more again. It says so in the middle of a batch, or of what a queue does, where nothing may be published or
   * settled: the connection is heard when the turn ends.
   */
  relieved(): void {
    if (this.#readPause.has('backlog') || this.#readPause.has('alarm')) this.#connection.wake();
  }

  /** The turn ends: the others were heard, and nobody is in the middle of anything. */
  turnEnds(): void {
    const { alarms, backlog } = this.#connection.broker.node;
    this.#inPieces = 0;
    this.#readPause.resume('turn');
    this.#readPause.resume('throttle');
    if (!backlog.high) this.#readPause.resume('backlog');
    if (alarms.alarm === undefined) this.#alarmCleared();
    this.#awaitRest();
  }

  #alarmCleared(): void {
    if (!this.#readPause.has('alarm')) return;
    const { client, writer } = this.#connection;
    if (client.connectionBlocked) writer.method(0, { name: 'connection.unblocked' });
    this.#readPause.resume('alarm');
  }

  #awaitRest(): void {
    if (!this.#readPause.has('patterns') || this.#restTimer !== undefined) return;
    const { clock } = this.#connection.broker;
    const left = this.#restedAt - clock.elapsed();
    if (left <= 0) {
      this.#readPause.resume('patterns');
      return;
    }
    this.#restTimer = clock.after(left, () => {
      this.#restTimer = undefined;
      this.#connection.wake();
    });
  }

  #restOfTurn(reason: 'turn' | 'throttle'): void {
    this.#readPause.pause(reason);
    this.#connection.wake();
  }

  /** Until something else goes on: for longer than a turn. */
  #slowDown(reason: 'backlog' | 'congested'): void {
    this.#slowedAt = this.#connection.broker.clock.elapsed();
    this.#readPause.pause(reason);
  }
}
