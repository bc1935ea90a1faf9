/**
 * JSON as definitions are written: by tools that begin with a byte order mark, and by hands that leave a comma behind the last item.
 * RabbitMQ's parser takes both.
 */
import type { Steps } from '../../util/steps.ts';
import type { Finding } from './json-cursor.ts';
import { tokensOf } from './json-tokens.ts';
import { type LongJson, parseLongJson, PIECE } from './long-json.ts';

export interface ParsedText {
  readonly document: unknown;
  /** What is not as it should be, and is no obstacle: each comma too many, and each section that stands more than once. */
  readonly warnings: readonly Finding[];
}

/** @throws SyntaxError for anything else that is not JSON */
export function* readJsonText(text: string): Steps<ParsedText> {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return withRepeated(yield* parseLongJson(json), []);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { strict, warnings } = yield* withoutLastCommas(json);
  try {
    return withRepeated(yield* parseLongJson(strict), warnings);
  } catch {
    // Its error tells the place in the whole.
    return { document: JSON.parse(strict), warnings };
  }
}

function withRepeated({ document, repeated }: LongJson, warnings: readonly Finding[]): ParsedText {
  const text = (name: string): string => `has ${JSON.stringify(name)} more than once: the last one counts`;
  return { document, warnings: [...warnings, ...repeated.map((name) => ({ path: '$', text: text(name) }))] };
}

/** A blank takes each comma's place, so that the parser's errors name the right position. */
function* withoutLastCommas(json: string): Steps<{ readonly strict: string; readonly warnings: readonly Finding[] }> {
  const warnings: Finding[] = [];
  let [strict, copied, line, paused] = ['', 0, 1, 0];
  for (const { mark, start, end } of tokensOf(json, /[",]/g)) {
    if (mark === ',' && isLast(json, start)) {
      const before = json.slice(copied, start);
      line += before.split('\n').length - 1;
      warnings.push({ path: `line ${line}`, text: 'a comma behind the last item is ignored' });
      strict += `${before} `;
      copied = end;
    }
    if (end - paused < PIECE) continue;
    paused = end;
    yield;
  }
  return { strict: strict + json.slice(copied), warnings };
}

/** A comma before the end of an array or object that has an item before it. */
function isLast(json: string, comma: number): boolean {
  const next = /\S/g;
  next.lastIndex = comma + 1;
  const [behind = ''] = next.exec(json) ?? [];
  if (behind !== ']' && behind !== '}') return false;
  let at = comma - 1;
  while (/\s/.test(json[at] ?? '')) at--;
  return !['[', '{', ','].includes(json[at]);
}

/** The text of a file: UTF-8, or UTF-16 if its byte order mark says so, as PowerShell writes what is redirected to a file. */
export function decodeText(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
