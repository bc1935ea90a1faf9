/** All that happened in a broker, or in one of its vhosts, oldest first; the newest 10,000 entries, if `logSize` says nothing else. */
import { inspect } from 'node:util';
import { checkKeys } from '../check.ts';
import type { Waits } from '../waits.ts';
import { checkFilter, type LogEntry, type LogFilter, type LogKind, printEntry } from './log-entry.ts';
import { isWithin, matches } from './match.ts';
import type { Received } from './received.ts';
import type { Recorder } from './recorder.ts';

export class MessageLog implements Iterable<LogEntry> {
  readonly #recorder: Recorder;
  readonly #waits: Waits;
  readonly #vhost: string | undefined;
  /** By kind, the entry that `next` gave out last. */
  readonly #given = new Map<LogKind, number>();

  /** @internal */
  constructor(recorder: Recorder, waits: Waits, vhost?: string) {
    this.#recorder = recorder;
    this.#waits = waits;
    this.#vhost = vhost;
  }

  *[Symbol.iterator](): IterableIterator<LogEntry> {
    for (const entry of this.#recorder) if (this.#vhost === undefined || entry.vhost === this.#vhost) yield entry;
  }

  /** @throws TypeError for what is no filter */
  all(filter: LogFilter = {}): LogEntry[] {
    checkFilter(filter);
    return [...this].filter((entry) => fits(entry, filter));
  }

  /** What clients and programs sent; dead letters are not among it. */
  published(filter: Omit<LogFilter, 'kind'> = {}): Received[] {
    return this.#messages('published', filter);
  }

  /** What went back to its publisher, as it was mandatory and no queue took it. */
  returned(filter: Omit<LogFilter, 'kind'> = {}): Received[] {
    return this.#messages('returned', filter);
  }

  /** As they were in the queue that gave them up. */
  deadLettered(filter: Omit<LogFilter, 'kind'> = {}): Received[] {
    return this.#messages('dead-lettered', filter);
  }

  /** Errors of channels and connections, in the broker's words. */
  errors(): LogEntry[] {
    return this.all({ kind: 'error' });
  }

  /**
   * The first matching entry of a kind behind the one that was given out last for this kind: of those that are there, or the next to come.
   * Rejects if none comes within the broker's `patience`, in milliseconds, or the one given here.
   */
  async next(
    kind: LogKind,
    filter: Omit<LogFilter, 'kind'> = {},
    options: { patience?: number } = {},
  ): Promise<LogEntry> {
    checkKeys('options', options, ['patience']);
    const after = this.#given.get(kind) ?? 0;
    const entry = await this.#waits.until(
      () => this.all({ ...filter, kind }).find(({ order }) => order > after),
      options.patience,
      () => `no entry '${kind}'${printFilter(filter)} came. The last of the log:\n${this.last(20)}`,
    );
    this.#given.set(kind, entry.order);
    return entry;
  }

  /** The last lines, to be shown beside a test that fails. */
  last(lines: number): string {
    return [...this].slice(-lines).map(printEntry).join('\n') || '(empty)';
  }

  /** A line an entry. */
  toString(): string {
    return this.last(Infinity);
  }

  /** Forgets all entries, in a space those of its vhost. */
  clear(): void {
    const vhost = this.#vhost;
    this.#recorder.clear((entry) => vhost !== undefined && entry.vhost !== vhost);
    this.#given.clear();
  }

  #messages(kind: LogKind, filter: LogFilter): Received[] {
    return this.all({ ...filter, kind }).flatMap(({ message }) => message ?? []);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function printFilter(filter: object): string {
  return Object.keys(filter).length === 0 ? '' : ` that matches ${inspect(filter, { breakLength: Infinity })}`;
}

function fits(entry: LogEntry, { kind, queue, exchange, routingKey, connection, message }: LogFilter): boolean {
  if (kind !== undefined && !(typeof kind === 'string' ? kind === entry.kind : kind.includes(entry.kind))) return false;
  if (queue !== undefined && entry.queue !== queue) return false;
  if (exchange !== undefined && (entry.exchange ?? entry.message?.exchange) !== exchange) return false;
  if (connection !== undefined && entry.connection !== connection) return false;
  if (routingKey !== undefined && !isWithin(routingKey, entry.routingKey ?? entry.message?.routingKey)) return false;
  return message === undefined || (entry.message !== undefined && matches(entry.message, message));
}
