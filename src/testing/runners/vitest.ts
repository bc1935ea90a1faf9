/** `leveret/testing/vitest`: a `test` with a broker and a space of its own, and matchers for `expect`. */
/// <reference types="node" preserve="true" />
import { expect, test as base } from 'vitest';
import type { TestBroker } from '../test-broker.ts';
import type { TestSpace } from '../test-space.ts';
import { type LeveretMatchers, matchers } from './matchers.ts';
import { lastOfLog, sharedBroker } from './shared-broker.ts';

export type { LeveretMatchers };

/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- how vitest 5 is told of matchers */
declare module 'vitest' {
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends LeveretMatchers<void> {}
}
/* eslint-enable */

export interface LeveretFixtures {
  /** One for all tests of the worker. */
  readonly broker: TestBroker;
  /** A vhost of the test's own, removed at its end. If the test fails, the last lines of its log are printed. */
  readonly space: TestSpace;
}

expect.extend(matchers);

export const test = base.extend<LeveretFixtures>({
  // vitest reads there which fixtures this one needs.
  broker: async ({}, use) => use(await sharedBroker()),

  space: async ({ broker, onTestFailed }, use) => {
    const space = await broker.space();
    onTestFailed(() => void process.stderr.write(`${lastOfLog(space)}\n`));
    await use(space);
    await space[Symbol.asyncDispose]();
  },
});
