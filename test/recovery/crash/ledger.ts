/**
 * What a queue may, must and must not hold after a crash, as far as its clients can know: a message that was sent may be
 * there, one that was confirmed must; one that was settled may be gone, and once a later confirm came, must be. Where power fails
 * before the broker ends, that is what was known then; of what happened after, anything may have been.
 */
import type { ConsumeMessage } from 'amqplib';

/** Transient ones and those settled for sure are gone after a restart. */
type Fate = 'transient' | 'sent' | 'confirmed' | 'settling' | 'gone';

interface Known {
  fate: Fate;
  /** True where the store knows that it was delivered; false where no client ever saw it; undefined in between. */
  delivered: boolean | undefined;
}

/** A message says who sent it as which number, and how large it is: `<publisher> <number> <bytes>`. */
export function messageId(publisher: string, number: number, bytes: number): string {
  return `${publisher} ${number} ${bytes}`;
}

export function bodyOf(id: string): Buffer {
  const bytes = Number(id.split(' ')[2]);
  return Buffer.from(`${id};`.padEnd(bytes, '.'));
}

/** The id of a message as it came back. Throws where a byte of it is not as it was sent. */
export function idOf(message: Pick<ConsumeMessage, 'content'>): string {
  const { content } = message;
  const id = content.toString('utf8', 0, content.indexOf(';'));
  if (!bodyOf(id).equals(content)) throw new Error(`message '${id}' came back with another body`);
  return id;
}

export class QueueLedger {
  readonly name: string;
  readonly #messages = new Map<string, Known>();
  /** True where the queue has, or had, a consumer in this life of the broker. */
  #consumed = false;
  /** What was known when the power failed. */
  #atCut: ReadonlyMap<string, Readonly<Known>> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  sent(id: string, persistent: boolean): void {
    this.#messages.set(id, { fate: persistent ? 'sent' : 'transient', delivered: this.#consumed ? undefined : false });
  }

  confirmed(id: string): void {
    const known = this.#messages.get(id)!;
    if (known.fate === 'sent') known.fate = 'confirmed';
  }

  /** The queue has a consumer, or had one of whom the store may not know: whatever is in it may have been delivered. */
  consumed(): void {
    this.#consumed = true;
    for (const known of this.#messages.values()) known.delivered ||= undefined;
  }

  settling(id: string): void {
    const known = this.#messages.get(id)!;
    if (known.fate !== 'transient') known.fate = 'settling';
  }

  /** What was settled, and what was delivered, is known to be in the store. */
  stored(settled: Iterable<string>, delivered: Iterable<string>): void {
    for (const id of settled) {
      const known = this.#messages.get(id)!;
      if (known.fate === 'settling') known.fate = 'gone';
    }
    for (const id of delivered) this.#messages.get(id)!.delivered = true;
  }

  /** Until `purged`, any of it may be gone. */
  purging(): void {
    for (const known of this.#messages.values()) if (known.fate === 'confirmed') known.fate = 'settling';
  }

  purged(): void {
    for (const known of this.#messages.values()) known.fate = 'gone';
  }

  /** The power fails now, though the clients go on. */
  powerFails(): void {
    this.#atCut = new Map(Array.from(this.#messages, ([id, known]) => [id, { ...known }]));
  }

  /** The broker was killed. `cut`: what it did after the power failed may be lost. */
  killed(cut: boolean): void {
    const atCut = this.#atCut;
    this.#atCut = undefined;
    if (!cut) return;
    for (const [id, known] of this.#messages) {
      const before = atCut!.get(id);
      if (known.fate !== 'transient' && known.fate !== before?.fate) known.fate = 'sent';
      if (known.delivered !== before?.delivered && known.delivered !== false) known.delivered = undefined;
    }
  }

  /** Compares with what the queue holds after a restart, and takes that as known from here on. Returns what is wrong. */
  check(found: readonly ConsumeMessage[]): string[] {
    this.#consumed = false;
    const wrong: string[] = [];
    const say = (what: string): void => void wrong.push(`${this.name}: ${what}`);
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const message of found) {
      const id = idOf(message);
      const known = this.#messages.get(id);
      if (known === undefined) {
        say(`'${id}' was never sent here`);
        continue;
      }
      if (seen.has(id)) say(`'${id}' is there twice`);
      seen.add(id);
      if (known.fate === 'gone') say(`'${id}' came back`);
      if (known.fate === 'transient') say(`'${id}' was not persistent`);
      const { redelivered } = message.fields;
      if (known.delivered !== undefined && known.delivered !== redelivered)
        say(`'${id}' has redelivered=${redelivered}`);
      const [publisher, number] = id.split(' ');
      if (Number(number) <= (last.get(publisher) ?? -1)) say(`'${id}' is behind a later one`);
      last.set(publisher, Number(number));
    }
    for (const [id, known] of this.#messages) {
      if (known.fate === 'confirmed' && !seen.has(id)) say(`'${id}' is lost`);
      // Who was there is on disk; who was not must never be.
      known.fate = seen.has(id) ? 'confirmed' : 'gone';
      known.delivered = true;
    }
    return wrong;
  }
}
