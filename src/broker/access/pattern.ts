/**
 * Regular expressions as operators write them, in permissions and policies. RabbitMQ's are Perl's (PCRE); what JavaScript writes
 * in another way is translated, and what it does not have is refused rather than read as something else.
 */
import { ChangeError } from '../arguments/change-error.ts';

/** Options at the beginning, as in `(?i)^orders`. */
const OPTIONS = /^\(\?([ims]+)\)/;

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** Perl's words for an error that its end is the place of. */
const AT_END: Readonly<Record<string, string>> = {
  'Unterminated group': 'missing )',
  'Unterminated character class': 'missing terminating ] for character class',
  '\\ at end of pattern': '\\ at end of pattern',
};

/**
 * The compiled pattern, which matches anywhere in a name unless it is anchored.
 * @throws ChangeError `invalid`, whose message is what RabbitMQ says behind "is invalid: "
 */
export function compilePattern(pattern: string): RegExp {
  const flags = OPTIONS.exec(pattern)?.[1] ?? '';
  const source = translate(pattern.replace(OPTIONS, ''));
  // Unicode's rules know \p{L}, but take none of the needless backslashes that Perl's let pass.
  return tryCompile(source, `${flags}u`) ?? compile(source, flags, pattern);
}

function translate(source: string): string {
  return source
    .replace(/\[:(\w+):\]/g, (text, name: string) => CLASSES[name] ?? text)
    .replace(/\\([\s\S])/g, (text, letter: string) => {
      if (letter === 'A') return '^';
      return letter === 'z' || letter === 'Z' ? '$' : text;
    });
}

function tryCompile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

function compile(source: string, flags: string, pattern: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*: /s, '');
    const atEnd = AT_END[reason];
    throw new ChangeError(
      'invalid',
      atEnd === undefined ? JSON.stringify(reason.toLowerCase()) : `{"${atEnd}",${pattern.length}}`,
    );
  }
}
