/**
 * For how long the row of a node has stood still, as one who looks at it again and again knows: each look counts for a part of a lease at most. If the
 * database or this machine stood still in between, the row had no chance to move.
 */

const LOOKS_IN_A_LEASE = 3;

export class Standstill {
  readonly #leaseMs: number;
  #lasted = 0;
  #until: number;

  /** Times are a clock's `elapsed`. */
  constructor(leaseMs: number, now: number) {
    this.#leaseMs = leaseMs;
    this.#until = now;
  }

  /** To be called for each look that finds the row as it was. Returns true if it has stood still for a lease. */
  goesOn(now: number): boolean {
    this.#lasted += Math.min(now - this.#until, this.#leaseMs / LOOKS_IN_A_LEASE);
    this.#until = now;
    return this.#lasted >= this.#leaseMs;
  }

  /** When it was looked at last. */
  get until(): number {
    return this.#until;
  }
}
