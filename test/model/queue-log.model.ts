/** A queue's messages in the simplest form: a list of objects, searched from the front. */

export interface Entry {
  readonly seq: number;
  /** Names the message; its body is made from it. */
  readonly id: number;
  readonly bytes: number;
  readonly stored: boolean;
  /** The body is kept apart, as row of its own where the message is stored. */
  readonly shared: boolean;
  /** The publisher's number; 0 where no publisher waits. */
  readonly number: number;
  place: 'ready' | 'unacked' | 'settled';
  /** It was delivered, in this life of the broker or an earlier one. */
  delivered: boolean;
  /** What the next delivery says of it. */
  redelivered: boolean;
  /** How often it was delivered, in all lives of the broker. */
  deliveries: number;
}

export class QueueModel {
  readonly id: number;
  entries: Entry[] = [];

  constructor(id: number) {
    this.id = id;
  }

  get ready(): Entry[] {
    return this.entries.filter(({ place }) => place === 'ready');
  }

  get unacked(): Entry[] {
    return this.entries.filter(({ place }) => place === 'unacked');
  }

  take(entry: Entry): void {
    entry.place = 'unacked';
    entry.delivered = true;
    entry.deliveries++;
  }

  settle(entries: readonly Entry[]): void {
    for (const entry of entries) entry.place = 'settled';
    this.entries = this.entries.filter(({ place }) => place !== 'settled');
  }

  requeue(entry: Entry): void {
    entry.place = 'ready';
    entry.redelivered = true;
  }

  /** What is left after a clean stop: the stored messages, all ready. */
  restart(): void {
    this.entries = this.entries.filter(({ stored }) => stored);
    for (const entry of this.entries) {
      entry.place = 'ready';
      entry.redelivered = entry.delivered;
    }
  }
}

/** The body of a message: its id, and then a byte that repeats. */
export function bodyOf({ id, bytes }: Pick<Entry, 'id' | 'bytes'>): Buffer {
  const body = Buffer.alloc(Math.max(bytes, 8), id & 255);
  body.writeDoubleBE(id);
  return body;
}
