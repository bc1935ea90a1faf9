/**
 * Slows down who guesses passwords. An address may fail often enough for programs that are set up wrongly; from then on its attempts are
 * looked at one by one, and what does not find its place in that row soon is refused. The password is not looked at before, so that the
 * time of the answer tells nothing. All others are answered at once.
 */
import type { Clock } from '../../util/clock.ts';

/** How many times an address may fail at once, and after how many milliseconds it may once more. */
const FREE_FAILURES = 50;
const FAILURE_MS = 200;
/** The longest that an attempt waits for its place, in milliseconds: below every timeout of a handshake. */
const LONGEST_WAIT_MS = 5000;
/** Addresses remembered: the one that tried least lately makes room. */
const ADDRESSES = 10_000;

export class LoginThrottle {
  readonly #clock: Clock;
  /** By network: when all of its failures are made up for, by the clock's `elapsed`. */
  readonly #clearAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Somebody at the address is about to try a name and a password. Returns for how many milliseconds that has to wait: mostly 0, and
   * Infinity if it is refused. It counts as a failure until `succeeded` is told.
   */
  begin(address: string): number {
    const network = networkOf(address);
    const now = this.#clock.elapsed();
    const clearAt = Math.max(this.#clearAt.get(network) ?? 0, now);
    const wait = Math.max(0, clearAt - now - (FREE_FAILURES - 1) * FAILURE_MS);
    if (wait > LONGEST_WAIT_MS) return Infinity;
    this.#note(network, clearAt + FAILURE_MS);
    return wait;
  }

  /** An attempt that had begun was right. */
  succeeded(address: string): void {
    const network = networkOf(address);
    this.#note(network, (this.#clearAt.get(network) ?? 0) - FAILURE_MS);
  }

  /** The last that is noted stands last. */
  #note(network: string, clearAt: number): void {
    this.#clearAt.delete(network);
    if (clearAt <= this.#clock.elapsed()) return;
    this.#clearAt.set(network, clearAt);
    if (this.#clearAt.size <= ADDRESSES) return;
    for (const first of this.#clearAt.keys()) {
      this.#clearAt.delete(first);
      return;
    }
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
