/** `leveret/testing/jest`: a space for each test, and matchers for `expect`. */
/// <reference types="node" preserve="true" />
import type { TestBroker } from '../test-broker.ts';
import type { TestSpace } from '../test-space.ts';
import { type LeveretMatchers, matchers } from './matchers.ts';
import { lastOfLog, sharedBroker, stopSharedBroker } from './shared-broker.ts';

export type { LeveretMatchers };

declare global {
  // How jest's types are told of matchers.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface Matchers<R> extends LeveretMatchers<R> {}
  }
}

/** What jest has as globals. */
interface JestGlobals {
  readonly beforeEach: (hook: () => Promise<void>) => void;
  readonly afterEach: (hook: () => void) => void;
  readonly afterAll: (hook: () => Promise<void>) => void;
  readonly expect: { extend(matchers: object): void };
}

export interface JestSpace {
  /** Of the test that runs. */
  (): TestSpace;
  /** Of all tests of the file. */
  readonly broker: TestBroker;
}

/**
 * To be called in a file, or in a `describe`: gives each test a vhost of its own, which is removed when the next begins. If a test fails, the last
 * lines of its log are printed.
 * @throws Error outside of jest, or where its globals are switched off (`injectGlobals`)
 */
export function useSpace(): JestSpace {
  const { beforeEach, afterEach, afterAll, expect } = globalThis as unknown as Partial<JestGlobals>;
  if (beforeEach === undefined || afterEach === undefined || afterAll === undefined || expect === undefined) {
    throw new Error('useSpace() needs the globals of jest: beforeEach, afterEach, afterAll and expect');
  }
  let broker: TestBroker | undefined;
  let space: TestSpace | undefined;
  expect.extend(matchers);
  // Not at the end of the test: jest runs what stops the application, if it was said later, after that.
  const leave = async (): Promise<void> => {
    await space?.[Symbol.asyncDispose]();
    space = undefined;
  };
  beforeEach(async () => {
    await leave();
    broker = await sharedBroker();
    space = await broker.space();
  });
  afterEach(() => {
    if (space === undefined || !hasFailed()) return;
    process.stderr.write(`${lastOfLog(space)}\n`);
  });
  afterAll(async () => {
    await leave();
    await stopSharedBroker();
  });
  const current = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('there is a space only while a test runs');
    return value;
  };
  return Object.defineProperty(() => current(space), 'broker', { get: () => current(broker) }) as JestSpace;
}

/** What jest's runner (jest-circus, the default since jest 27) keeps in the environment of a file's tests. */
interface CircusState {
  readonly currentlyRunningTest?: { readonly errors: readonly unknown[] } | null;
}

/** True if the test that runs has failed by now. Of another runner it is not known. */
function hasFailed(): boolean {
  const key = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description === 'JEST_STATE_SYMBOL');
  if (key === undefined) return false;
  const { currentlyRunningTest } = (globalThis as unknown as Record<symbol, CircusState>)[key];
  return (currentlyRunningTest?.errors.length ?? 0) > 0;
}
