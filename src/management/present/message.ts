/** The payload of a message, as the HTTP API shows it (RabbitMQ: HTTP API, `get`). */
import { isUtf8 } from 'node:buffer';
import { badRequest } from '../http/problem.ts';

/** `auto` is text if it is UTF-8 and not very large, and else base64. */
export type Encoding = 'auto' | 'base64';

/**
 * Bytes of a payload that is shown as text: RabbitMQ 4 has none that are larger, unless it is told to. Each may become six characters of JSON, which take
 * a second for so many.
 */
const LARGEST_TEXT = 16 * 1024 * 1024;
/** Bytes of one that is shown at all: a string has less than 2 ** 29 characters. */
const LARGEST_SHOWN = 380 * 1024 * 1024;

/** Throws HttpProblem 400. */
export function readEncoding(encoding: string): Encoding {
  if (encoding === 'auto' || encoding === 'base64') return encoding;
  throw badRequest('Unsupported encoding. Please use auto or base64.');
}

/** Throws HttpProblem 400 if it cannot be shown. */
export function showPayload(
  body: Buffer,
  encoding: Encoding,
): { readonly payload: string; readonly payload_encoding: string } {
  if (body.length > LARGEST_SHOWN) {
    throw badRequest(`a payload of ${body.length} bytes is too large to be shown: ask for its beginning by truncate`);
  }
  const asText = encoding === 'auto' && body.length <= LARGEST_TEXT && isUtf8(body);
  return {
    payload: body.toString(asText ? 'utf8' : 'base64'),
    payload_encoding: asText ? 'string' : 'base64',
  };
}
