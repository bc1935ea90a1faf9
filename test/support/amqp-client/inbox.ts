/**
 * What a raw connection has received and nobody has taken yet, by channel and in order, with waits that end on a condition
 * and never on time alone: a wait fails at its deadline, at once when the socket closes, and names what was there instead.
 */
import assert from 'node:assert/strict';
import type { BasicProperties } from '../../../src/codec/properties.ts';
import type { Method } from '../../../src/protocol/generated/methods.ts';
import { PATIENCE } from '../patience.ts';

/** A method as it arrived, with its content where it carries one. */
export interface Received {
  readonly method: Method;
  readonly content?: Content;
}

export interface Content {
  readonly properties: BasicProperties;
  /** The properties as they came. */
  readonly octets: Buffer;
  readonly body: Buffer;
  /** Payload octets of each body frame, in order; empty for an empty body. */
  readonly frames: readonly number[];
}

export class Inbox {
  readonly #byChannel = new Map<number, Received[]>();
  readonly #waiting = new Set<() => void>();
  /** Told of everything that arrives; for who wants to keep it. */
  onReceived: ((channel: number, received: Received) => void) | undefined;
  #heartbeats = 0;
  #closed: string | undefined;

  get heartbeats(): number {
    return this.#heartbeats;
  }

  /** Why the socket closed, or undefined while it is open. */
  get closed(): string | undefined {
    return this.#closed;
  }

  put(channel: number, received: Received): void {
    this.#of(channel).push(received);
    this.onReceived?.(channel, received);
    this.#wake();
  }

  heartbeat(): void {
    this.#heartbeats++;
    this.#wake();
  }

  close(why: string): void {
    this.#closed ??= why;
    this.#wake();
  }

  /** Takes the next method of a channel. A connection.close on channel 0 or a closed socket ends the wait of any channel. */
  async next(channel: number, what: string, deadline = PATIENCE): Promise<Received> {
    return this.until(
      () => {
        const received = this.#of(channel).shift();
        if (received !== undefined) return received;
        const first = this.#of(0)[0];
        if (channel !== 0 && first?.method.name === 'connection.close') {
          throw new Error(`waited for ${what} on channel ${channel} but got ${describe(first)}`);
        }
        if (this.#closed !== undefined) throw new Error(`waited for ${what} but the socket closed: ${this.#closed}`);
        return undefined;
      },
      `${what} on channel ${channel}`,
      deadline,
    );
  }

  /** What is there for a channel now, without taking it. */
  peek(channel: number): readonly Received[] {
    return this.#of(channel);
  }

  /** Takes everything that is there for a channel now. */
  takeAll(channel: number): readonly Received[] {
    return this.#of(channel).splice(0);
  }

  /** Waits until `probe` gives a value; it is asked again after everything that arrives. */
  async until<T>(probe: () => T | undefined, what: string, deadline = PATIENCE): Promise<T> {
    const now = probe();
    if (now !== undefined) return now;
    return new Promise<T>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(ask);
      };
      const ask = () => {
        try {
          const value = probe();
          if (value === undefined) return;
          stop();
          resolve(value);
        } catch (error) {
          stop();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no ${what} within ${deadline} ms; there: ${this.#summary()}`));
      }, deadline);
      this.#waiting.add(ask);
    });
  }

  #of(channel: number): Received[] {
    let list = this.#byChannel.get(channel);
    if (list === undefined) this.#byChannel.set(channel, (list = []));
    return list;
  }

  #wake(): void {
    for (const ask of [...this.#waiting]) ask();
  }

  #summary(): string {
    const there = [...this.#byChannel].flatMap(([channel, list]) => list.map((one) => `${channel}: ${describe(one)}`));
    return there.length === 0 ? 'nothing' : there.slice(0, 10).join(', ');
  }
}

export function describe({ method }: Received): string {
  if (method.name === 'connection.close' || method.name === 'channel.close') {
    return `${method.name} ${method.replyCode} "${method.replyText}"`;
  }
  return method.name;
}

export function assertReply(
  close: { readonly name: string; readonly replyCode: number; readonly replyText: string },
  replyCode: number,
  replyText: string | RegExp,
): void {
  const got = `${close.replyCode} ${close.replyText}`;
  if (typeof replyText === 'string') assert.equal(got, `${replyCode} ${replyText}`);
  else
    assert.ok(
      close.replyCode === replyCode && replyText.test(close.replyText),
      `${got} is not ${replyCode} ${replyText}`,
    );
}
