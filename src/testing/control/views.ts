/** Messages and entries as JSON. */
import { type LogEntry } from '../log/log-entry.ts';
import type { Received } from '../log/received.ts';

/** The body as `json` if it is some, else as `text` if it is UTF-8, else as `base64`. */
export function messageView({ vhost, exchange, routingKey, properties, headers, body, text, at }: Received): object {
  return { vhost, exchange, routingKey, properties, headers, at, ...bodyView(body, text) };
}

export function entryView({ message, ...entry }: LogEntry): object {
  return message === undefined ? entry : { ...entry, message: messageView(message) };
}

function bodyView(body: Buffer, text: string): object {
  if (text.includes('\uFFFD')) return { base64: body.toString('base64') };
  try {
    return { json: JSON.parse(text) as unknown, text };
  } catch {
    return { text };
  }
}
