/** Many connections in one thread, each with a queue of its own: what comes out of the queue is published to it again. */
import { BenchConnection, type FrameReceiver } from '../client/connection.ts';
import { publishFrames } from '../client/frames.ts';
import type { Counters, CrowdSpec, Role } from './role.ts';
import { now, Times } from './times.ts';

/** Connections that open at the same time. */
const AT_ONCE = 20;

export class Crowd implements Role {
  readonly #members: readonly Member[];
  readonly #times: Times;

  private constructor(members: readonly Member[], times: Times) {
    this.#members = members;
    this.#times = times;
  }

  static async open(url: string, spec: CrowdSpec, counters: Counters, fail: (error: Error) => void): Promise<Crowd> {
    const members: Member[] = [];
    const times = new Times();
    const numbers = Array.from({ length: spec.connections }, (_, i) => i).values();
    const openSome = async (): Promise<void> => {
      for (const number of numbers) {
        members.push(await Member.open(url, `${spec.queue}.${number}`, spec, counters, times, fail));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, openSome));
    return new Crowd(members, times);
  }

  start(): void {
    for (const member of this.#members) member.start();
  }

  measure(): void {
    this.#times.clear();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()));
  }

  async end(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
  }

  get times(): Uint32Array {
    return this.#times.values;
  }
}

class Member implements FrameReceiver {
  readonly #times: Times;
  readonly #connection: BenchConnection;
  readonly #counters: Counters;
  readonly #message: Buffer;
  readonly #size: number;
  #running = false;
  /** When each message was sent that goes round, and whose turn it is to come back: they stay in order. */
  readonly #sentAt: Float64Array;
  #next = 0;
  /** Messages that are on their way. */
  #out = 0;
  #onBack: (() => void) | undefined;

  private constructor(connection: BenchConnection, queue: string, spec: CrowdSpec, counters: Counters, times: Times) {
    this.#connection = connection;
    this.#counters = counters;
    this.#times = times;
    this.#size = spec.size;
    this.#sentAt = new Float64Array(spec.messages);
    const message = { exchange: '', routingKey: queue, properties: {}, body: Buffer.alloc(spec.size) };
    this.#message = publishFrames(1, message, connection.frameMax).bytes;
    connection.receiver = this;
  }

  static async open(
    url: string,
    queue: string,
    spec: CrowdSpec,
    counters: Counters,
    times: Times,
    onFailure: (error: Error) => void,
  ): Promise<Member> {
    const connection = await BenchConnection.withChannel(url, { onFailure });
    const member = new Member(connection, queue, spec, counters, times);
    const declare = { name: 'queue.declare', queue, passive: false, durable: false, exclusive: true } as const;
    await connection.call(
      1,
      { ...declare, autoDelete: false, noWait: false, arguments: new Map() },
      'queue.declare-ok',
    );
    const consume = { name: 'basic.consume', queue, consumerTag: '', noLocal: false, noAck: true } as const;
    await connection.call(1, { ...consume, exclusive: false, noWait: false, arguments: new Map() }, 'basic.consume-ok');
    return member;
  }

  start(): void {
    this.#running = true;
    for (let i = 0; i < this.#sentAt.length; i++) this.#send(i);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onBack = resolve;
      this.#running = false;
    });
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  method(): void {
    // The body tells.
  }

  header(): void {
    // The body tells.
  }

  body(_buffer: Buffer, start: number, end: number): void {
    if (end - start !== this.#size) throw new Error(`a body has ${end - start} bytes instead of ${this.#size}`);
    const which = this.#next;
    this.#next = (which + 1) % this.#sentAt.length;
    this.#times.add(now() - this.#sentAt[which]);
    this.#counters.consumed++;
    this.#out--;
    if (this.#running) this.#send(which);
    else if (this.#out === 0) this.#onBack?.();
  }

  endRead(): void {
    // Each message went out again as it came.
  }

  #send(which: number): void {
    this.#counters.published++;
    this.#out++;
    this.#sentAt[which] = now();
    this.#connection.write(this.#message);
  }
}
