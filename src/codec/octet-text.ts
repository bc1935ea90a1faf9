/**
 * Octets as text without confusing any two: the names in a message's headers, its short strings and its routing keys may be octets
 * that are no UTF-8, and RabbitMQ tells them apart as they are.
 */
import { isUtf8 } from 'node:buffer';

/** A lone surrogate for each octet. No text that was UTF-8 has one. */
const ESCAPE = 0xdc00;
const REPLACEMENT = '\ufffd';

/** The text, or undefined if the range is not UTF-8. */
export function utf8Text(buffer: Buffer, start: number, end: number): string | undefined {
  const text = buffer.toString('utf8', start, end);
  // Only a replacement character can hide malformed octets, so that valid text is read once.
  if (text.includes(REPLACEMENT) && !isUtf8(buffer.subarray(start, end))) return undefined;
  return text;
}

/** The text; if the range is not UTF-8, one that only the same octets give, and that is no other's. */
export function octetText(buffer: Buffer, start = 0, end = buffer.length): string {
  return utf8Text(buffer, start, end) ?? escaped(buffer.subarray(start, end));
}

function escaped(octets: Buffer): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(ESCAPE + octet);
  return text;
}
