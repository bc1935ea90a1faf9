/**
 * Matches patterns that may take for ever. JavaScript's regular expressions try all ways through a text, of which a pattern such as
 * `^(a+)+$` has 2^n, and clients choose the texts: the names of what they declare, and routing keys. RabbitMQ's give up after ten million
 * steps, and the text does not match; here after a time.
 *
 * All patterns together may take a quarter of the broker's time. What they take beyond that is a debt, and whoever asks for more
 * names then has to rest: for the time that its own name took, times the debt. So a client whose names take long is hardly heard any more,
 * and one whose names take nothing notices nothing.
 */
import { createContext, Script } from 'node:vm';
import type { Clock } from '../../util/clock.ts';

/** What the broker may stand still for, in milliseconds. */
const LONGEST_MS = 10;
/** Times that a name is tried if the time went by while the system had others at work. */
const TRIES = 5;
/** Share of the time that patterns may take for good, and milliseconds that they may take at once. */
const SHARE = 0.25;
const AT_ONCE_MS = 5;
/** Repetitions, without options and lookarounds, which begin with `(?`. */
const REPETITION = /[*+{]|(?<!\()\?/g;
const REPEATED_GROUP = /\)[*+{?]/;

/** Who is heard now, and so makes the names. */
export interface NameGiver {
  /** It is not to be heard for so many milliseconds. */
  rest(ms: number): void;
}

export class PatternMatcher {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #worked: () => number;
  readonly #script = new Script('pattern.test(text)');
  #context: { pattern?: RegExp; text?: string } | undefined;
  /** What patterns took beyond their share, in milliseconds, when it was last counted. */
  #debt = 0;
  #countedAt = 0;
  /** Undefined while the broker works by itself. */
  nameGiver: NameGiver | undefined;

  /** `worked`: milliseconds that this thread has worked. What it waited for others of the machine is nobody's to pay. */
  constructor(clock: Pick<Clock, 'elapsed'>, worked: () => number = cpuMs) {
    this.#clock = clock;
    this.#worked = worked;
  }

  /** True if the pattern matches; false if it does not, or that is not known in time. */
  matches(pattern: RegExp, text: string): boolean {
    return isHarmless(pattern) ? pattern.test(text) : this.#matchInTime(pattern, text);
  }

  /** Takes a tenth of a millisecond more: only a script of its own can be ended. */
  #matchInTime(pattern: RegExp, text: string): boolean {
    this.#context ??= createContext({});
    Object.assign(this.#context, { pattern, text });
    const before = this.#worked();
    let matches: boolean | undefined;
    for (let tried = 0; matches === undefined && tried < TRIES; tried++) {
      matches = this.#attempt(this.#context);
      if (this.#worked() - before >= LONGEST_MS) break;
    }
    this.#charge(this.#worked() - before);
    return matches ?? false;
  }

  /** Undefined if that is not known in time. */
  #attempt(context: object): boolean | undefined {
    try {
      return this.#script.runInContext(context, { timeout: LONGEST_MS }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return undefined;
    }
  }

  #charge(took: number): void {
    const now = this.#clock.elapsed();
    this.#debt = Math.max(0, this.#debt - SHARE * (now - this.#countedAt)) + took;
    this.#countedAt = now;
    if (this.#debt > AT_ONCE_MS) this.nameGiver?.rest(took * (this.#debt - AT_ONCE_MS));
  }
}

/** What this thread has worked, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** One repetition of one character at most, as most patterns have: some 65,000 steps for the longest name, a tenth of a millisecond. */
function isHarmless({ source }: RegExp): boolean {
  return (source.match(REPETITION)?.length ?? 0) <= 1 && !REPEATED_GROUP.test(source);
}
