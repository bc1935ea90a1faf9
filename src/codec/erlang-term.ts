/**
 * Prints byte strings the way RabbitMQ's reply texts do: as Erlang terms. Clients and people search for these texts.
 */
import { isUtf8 } from 'node:buffer';

/** A reply text has at most 255 bytes and each octet prints as two or more: what lies beyond can never be seen. */
const VISIBLE_OCTETS = 128;

/** Payloads up to this size are printed whole by RabbitMQ's frame errors. */
const SNIPPET_OCTETS = 16;

/** Erlang's `~w`: always numbers, `<<0,20,1>>`. Cut after as many octets as a reply text can show. */
export function printOctets(bytes: Uint8Array): string {
  return `<<${bytes.subarray(0, VISIBLE_OCTETS).join(',')}>>`;
}

/**
 * Erlang's `~p`: `<<"abc">>` if every byte is printable, numbers if not. Erlang would also print bytes that are
 * printable as Latin-1 but no UTF-8; a reply text has to be UTF-8, so those are numbers here. Never broken into lines.
 */
export function printBinary(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<<>>';
  if (!bytes.every(isPrintable) || !isUtf8(bytes)) return printOctets(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return `<<"${text.replace(/[\\"\n\r\t\v\b\f\x1b]/g, (character) => ESCAPES[character])}">>`;
}

/** A frame's payload in an error text: `all octets = <<…>>`, or `first 16 octets = <<…>>` of a longer one. */
export function printPayload(payload: Uint8Array): string {
  if (payload.length <= SNIPPET_OCTETS) return `all octets = ${printBinary(payload)}`;
  return `first ${SNIPPET_OCTETS} octets = ${printBinary(payload.subarray(0, SNIPPET_OCTETS))}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\b': '\\b',
  '\f': '\\f',
  '\x1b': '\\e',
};

/** Erlang's notion of a printable Latin-1 character. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b;
}
