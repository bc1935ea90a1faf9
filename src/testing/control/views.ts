/** Messages and entries as JSON. */
import type { LogEntry } from '../log/log-entry.ts';
import type { Properties, Received } from '../log/received.ts';

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

function bodyView(body: Buffer, text: string): Pick<MessageView, 'json' | 'text' | 'base64'> {
  if (text.includes('\uFFFD')) return { base64: body.toString('base64') };
  try {
    return { json: JSON.parse(text) as unknown, text };
  } catch {
    return { text };
  }
}
