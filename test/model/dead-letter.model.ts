/** What a message says of its deaths, in plain values (RabbitMQ: Dead Letter Exchanges). */
import type { MessageModel } from './queue.model.ts';

export type Headers = Readonly<Record<string, unknown>>;

interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly at: number;
  /** Where the queue's dead letters go, and under which key; undefined: their own. */
  readonly exchange: string;
  readonly key: string | undefined;
}

interface DeathEntry {
  readonly count: number;
  readonly reason: string;
  readonly queue: string;
}

/** The letter that is left of a message. */
export function dies(message: MessageModel, { queue, reason, at, exchange, key }: Death): MessageModel {
  const deaths = deathsOf(message);
  const known = deaths.find((death) => death.queue === queue && death.reason === reason);
  const { CC, ...rest } = message.headers;
  const first = {
    count: 1,
    reason,
    queue,
    time: new Date(Math.floor(at / 1000) * 1000),
    exchange: message.exchange,
    'routing-keys': [message.key, ...((CC ?? []) as string[])],
    ...(message.expiration === undefined ? {} : { 'original-expiration': message.expiration }),
  };
  const entry = known === undefined ? first : { ...known, count: known.count + 1 };
  const headers = {
    ...(key === undefined ? message.headers : rest),
    'x-death': [entry, ...deaths.filter((death) => death !== known)],
    ...('x-first-death-reason' in message.headers ? {} : marks('first', queue, reason, message.exchange)),
    ...marks('last', queue, reason, message.exchange),
  };
  return { ...message, exchange, key: key ?? message.key, expiration: undefined, headers };
}

/** It was in this queue before, and no client had a hand in its coming back. */
export function isCycle(letter: MessageModel, queue: string): boolean {
  const deaths = deathsOf(letter);
  const before = deaths.findIndex((death) => death.queue === queue);
  return before >= 0 && !deaths.slice(0, before + 1).some(({ reason }) => reason === 'rejected');
}

function deathsOf({ headers }: MessageModel): readonly DeathEntry[] {
  return (headers['x-death'] ?? []) as readonly DeathEntry[];
}

function marks(which: 'first' | 'last', queue: string, reason: string, exchange: string): Headers {
  return {
    [`x-${which}-death-exchange`]: exchange,
    [`x-${which}-death-queue`]: queue,
    [`x-${which}-death-reason`]: reason,
  };
}
