/**
 * Slows down who guesses passwords. An address may fail often enough for programs that are set up wrongly; from then on its attempts are
 * looked at one by one, and what does not find its place in that row soon is refused. The password is not looked at before, so that the
 * time of the answer tells nothing. All others are looked at when they come, but no more of one address at once than may fail: what they come to
 * is not known yet.
 */
import type { Clock } from '../../util/clock.ts';

/** How many times an address may fail at once, and after how many milliseconds it may once more. */
const FREE_FAILURES = 50;
const FAILURE_MS = 200;
/** The longest that an attempt waits for its place, in milliseconds: below every timeout of a handshake. */
const LONGEST_WAIT_MS = 5000;
/** Addresses remembered: the one that tried least lately makes room. */
const ADDRESSES = 10_000;

/** What is known of an address, or a network. */
interface Attempts {
  /** When all of its failures are made up for, by the clock's `elapsed`. */
  clearAt: number;
  /** Those that are looked at now and are not counted as failures yet. */
  open: number;
  /** Those that wait until one of them ends. */
  readonly waiting: (() => void)[];
}

/** An attempt that is looked at: what it came to has to be told. */
export interface LoginAttempt {
  end(isRight: boolean): void;
}

export class LoginThrottle {
  readonly #clock: Clock;
  readonly #byNetwork = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody at the address is about to try a name and a password: resolves when that may be looked at, to undefined if it is refused. */
  async begin(address: string): Promise<LoginAttempt | undefined> {
    const network = networkOf(address);
    const attempts = this.#attemptsOf(network);
    for (;;) {
      const failures = this.#failuresOf(attempts);
      const wait = (failures - (FREE_FAILURES - 1)) * FAILURE_MS;
      if (wait > LONGEST_WAIT_MS) return undefined;
      if (wait > 0) {
        // Its place in the row is taken as a failure is: it is given back to who is right.
        this.#fail(attempts);
        await new Promise<void>((resolve) => void this.#clock.after(wait, resolve));
        return { end: (isRight) => isRight && (attempts.clearAt -= FAILURE_MS) };
      }
      if (failures + attempts.open <= FREE_FAILURES - 1) {
        attempts.open++;
        return { end: (isRight) => this.#end(network, attempts, isRight) };
      }
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
  }

  #end(network: string, attempts: Attempts, isRight: boolean): void {
    attempts.open--;
    if (!isRight) this.#fail(attempts);
    const failures = this.#failuresOf(attempts);
    // If it has failed too often, all that wait go on: each to its place in the row, or away.
    const room = failures > FREE_FAILURES - 1 ? Infinity : FREE_FAILURES - Math.ceil(failures) - attempts.open;
    const going = attempts.waiting.splice(0, Math.max(room, 0));
    for (const resume of going) resume();
    if (attempts.open === 0 && going.length === 0 && failures === 0) this.#byNetwork.delete(network);
  }

  #fail(attempts: Attempts): void {
    attempts.clearAt = Math.max(attempts.clearAt, this.#clock.elapsed()) + FAILURE_MS;
  }

  /** Those that are not made up for: the last of them may be so in part. */
  #failuresOf({ clearAt }: Attempts): number {
    return Math.max(0, clearAt - this.#clock.elapsed()) / FAILURE_MS;
  }

  /** The last that tried stands last. */
  #attemptsOf(network: string): Attempts {
    const attempts = this.#byNetwork.get(network) ?? { clearAt: 0, open: 0, waiting: [] };
    this.#byNetwork.delete(network);
    this.#byNetwork.set(network, attempts);
    if (this.#byNetwork.size <= ADDRESSES) return attempts;
    for (const [first, { open }] of this.#byNetwork) {
      if (open > 0) continue;
      this.#byNetwork.delete(first);
      break;
    }
    return attempts;
  }
}

/** An IPv4 address stands for itself, one of IPv6 for the 2^64 that a single customer has of them. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('::').map((part) => part.split(':'));
  if (head.length >= 4 || tail === undefined) return head.slice(0, 4).join(':');
  const groups = head[0] === '' ? [] : head;
  const zeros = new Array<string>(Math.max(8 - groups.length - tail.length, 0)).fill('0');
  return [...groups, ...zeros, ...tail].slice(0, 4).join(':');
}
