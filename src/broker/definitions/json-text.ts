/**
 * JSON as definitions are written: by tools that begin with a byte order mark, and by hands that leave a comma behind the last item.
 * RabbitMQ's parser takes both.
 */
import type { Steps } from '../../util/steps.ts';
import type { Finding } from './json-cursor.ts';
import { parseLongJson, TEXT } from './long-json.ts';

export interface ParsedText {
  readonly document: unknown;
  /** A line for each comma too many. */
  readonly warnings: readonly Finding[];
}

/** A text, or a comma before the end of an array or object that has an item before it. */
const TEXT_OR_LAST_COMMA = new RegExp(`${TEXT}|${/,(?=\s*[\]}])(?<![[{,]\s*,)/.source}`, 'g');

/** @throws SyntaxError for anything else that is not JSON */
export function* readJsonText(text: string): Steps<ParsedText> {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return { document: yield* parseLongJson(json), warnings: [] };
  } catch {
    return parseWithoutLastCommas(json);
  }
}

/** A blank takes each comma's place, so that the parser's errors name the right position. */
function parseWithoutLastCommas(json: string): ParsedText {
  const warnings: Finding[] = [];
  let [line, counted] = [1, 0];
  const strict = json.replace(TEXT_OR_LAST_COMMA, (found, at: number) => {
    if (found !== ',') return found;
    line += json.slice(counted, at).split('\n').length - 1;
    counted = at;
    warnings.push({ path: `line ${line}`, text: 'a comma behind the last item is ignored' });
    return ' ';
  });
  return { document: JSON.parse(strict), warnings };
}

/** The text of a file: UTF-8, or UTF-16 if its byte order mark says so, as PowerShell writes what is redirected to a file. */
export function decodeText(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
