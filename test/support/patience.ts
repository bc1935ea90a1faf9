/**
 * How long tests wait for what happens at once on a machine at rest. A wait ends by its condition, so a long one costs nothing but where
 * something is broken; a short one fails on a machine that has other work.
 */

/** Milliseconds for one condition. */
export const PATIENCE = 60_000;

/** The same, for vitest's `waitFor` and `poll`. */
export const UNTIL = { timeout: PATIENCE, interval: 10 };

/** Milliseconds for a whole test or hook: more than a condition, so that what fails is the wait, which says what it waited for. */
export const TEST_PATIENCE = 3 * PATIENCE;
