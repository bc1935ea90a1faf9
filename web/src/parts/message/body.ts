/** The body of a message in the forms in which it can be read. What it says is data: none of it ever becomes part of the page but as text. */
import type { BrowsedMessage } from '../../api/types.ts';

export const FORMS = ['json', 'text', 'hex'] as const;
export type Form = (typeof FORMS)[number];

export interface Body {
  readonly bytes: Uint8Array;
  /** Undefined if it is no UTF-8. */
  readonly text: string | undefined;
  /** As JSON, indented; undefined if it is none. */
  readonly json: string | undefined;
}

/** Bytes that are shown as hexadecimal at most. */
const HEX_BYTES = 16_384;
const BYTES_A_LINE = 16;
/** The longest character of UTF-8, less one: what a cut may leave of it. */
const CUT_BYTES = 3;

export function readBody({ payload, payload_encoding: encoding, payload_bytes: size }: BrowsedMessage): Body {
  const bytes =
    encoding === 'base64'
      ? Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
      : new TextEncoder().encode(payload);
  const text = encoding === 'string' ? payload : bytes.length < size ? cutText(bytes) : undefined;
  return { bytes, text, json: text === undefined ? undefined : indented(text) };
}

/** A text of which only the beginning was sent may end within a character. */
function cutText(bytes: Uint8Array): string | undefined {
  for (let cut = 0; cut <= CUT_BYTES; cut++) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - cut));
    } catch {
      // A byte less, then.
    }
  }
  return undefined;
}

function indented(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** The form that says most. */
export function bestForm({ text, json }: Body): Form {
  return json !== undefined ? 'json' : text !== undefined ? 'text' : 'hex';
}

/** Offset, sixteen bytes, and what of them can be read. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < Math.min(bytes.length, HEX_BYTES); start += BYTES_A_LINE) {
    const row = Array.from(bytes.subarray(start, start + BYTES_A_LINE));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const read = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex.padEnd(BYTES_A_LINE * 3)} ${read}`);
  }
  return lines.join('\n');
}
