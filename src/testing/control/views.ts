/** Messages, entries and queues as JSON. */
import type { LogEntry } from '../log/log-entry.ts';
import type { Properties, Received } from '../log/received.ts';
import type { TestQueue } from '../test-queue.ts';

/** The body as `json` if it is some, as `text` if it is UTF-8, else as `base64`. */
export interface MessageView<Body = unknown> {
  readonly vhost: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Properties;
  readonly headers: Readonly<Record<string, unknown>>;
  /** ISO 8601, in message time. */
  readonly at: string;
  readonly json?: Body;
  readonly text?: string;
  readonly base64?: string;
}

export type EntryView = Omit<LogEntry, 'at' | 'message'> & {
  /** ISO 8601, in message time. */
  readonly at: string;
  readonly message?: MessageView;
};

/** What is there now. */
export interface QueueView {
  readonly exists: boolean;
  readonly ready: number;
  readonly unacked: number;
  readonly delayed: number;
  readonly consumers: number;
  readonly messages: readonly MessageView[];
}

export function messageView({
  vhost,
  exchange,
  routingKey,
  properties,
  headers,
  body,
  text,
  at,
}: Received): MessageView {
  return { vhost, exchange, routingKey, properties, headers, at: at.toISOString(), ...bodyView(body, text) };
}

export function entryView({ message, at, ...rest }: LogEntry): EntryView {
  const entry = { ...rest, at: at.toISOString() };
  return message === undefined ? entry : { ...entry, message: messageView(message) };
}

export function queueView({ exists, ready, unacked, delayed, consumers, messages }: TestQueue): QueueView {
  return { exists, ready, unacked, delayed, consumers, messages: messages.map(messageView) };
}

function bodyView(body: Buffer, text: string): Pick<MessageView, 'json' | 'text' | 'base64'> {
  if (text.includes('\uFFFD')) return { base64: body.toString('base64') };
  try {
    return { json: JSON.parse(text) as unknown, text };
  } catch {
    return { text };
  }
}
