/**
 * Matches patterns that may take for ever. JavaScript's regular expressions try all ways through a text, of which a pattern such as
 * `^(a+)+$` has 2^n, and clients choose the texts: the names of what they declare. RabbitMQ's give up after ten million steps, and
 * the text does not match; here after a time.
 */
import { createContext, Script } from 'node:vm';

/** What the broker may stand still for, in milliseconds. */
const LONGEST_MS = 10;
/** Repetitions, without options and lookarounds, which begin with `(?`. */
const REPETITION = /[*+{]|(?<!\()\?/g;
const REPEATED_GROUP = /\)[*+{?]/;

let script: Script | undefined;
let context: { pattern?: RegExp; text?: string } | undefined;

/** True where the pattern matches; false where it does not, or that is not known in time. */
export function matches(pattern: RegExp, text: string): boolean {
  return isHarmless(pattern) ? pattern.test(text) : matchInTime(pattern, text);
}

/** One repetition of one character at most, as most patterns have: some 65,000 steps for the longest name, a tenth of a millisecond. */
function isHarmless({ source }: RegExp): boolean {
  return (source.match(REPETITION)?.length ?? 0) <= 1 && !REPEATED_GROUP.test(source);
}

/** Takes a tenth of a millisecond more: only a script of its own can be ended. */
function matchInTime(pattern: RegExp, text: string): boolean {
  script ??= new Script('pattern.test(text)');
  context ??= createContext({});
  Object.assign(context, { pattern, text });
  try {
    return script.runInContext(context, { timeout: LONGEST_MS }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return false;
  }
}
