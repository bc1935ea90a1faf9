/** The payload of a message, as the HTTP API shows it (RabbitMQ: HTTP API, `get`). */
import { isUtf8 } from 'node:buffer';
import { badRequest } from '../http/problem.ts';

/** `auto` is text if it is UTF-8, and else base64. */
export type Encoding = 'auto' | 'base64';

/** Throws HttpProblem 400. */
export function readEncoding(encoding: string): Encoding {
  if (encoding === 'auto' || encoding === 'base64') return encoding;
  throw badRequest('Unsupported encoding. Please use auto or base64.');
}

export function showPayload(
  body: Buffer,
  encoding: Encoding,
): { readonly payload: string; readonly payload_encoding: string } {
  const asText = encoding === 'auto' && isUtf8(body);
  return {
    payload: body.toString(asText ? 'utf8' : 'base64'),
    payload_encoding: asText ? 'string' : 'base64',
  };
}
