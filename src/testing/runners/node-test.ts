/** `leveret/testing/node`: a space for a test of node:test. */
/// <reference types="node" preserve="true" />
import type { TestContext } from 'node:test';
import type { TestBroker } from '../test-broker.ts';
import type { TestSpace } from '../test-space.ts';
import { lastOfLog, sharedBroker } from './shared-broker.ts';

/** A space, and the broker that it is in, which all tests of the process share. */
export type NodeTestSpace = TestSpace & { readonly broker: TestBroker };

/** Gives the test a vhost of its own, which is removed at its end. If the test fails, the last lines of its log are printed. */
export async function useSpace(t: TestContext): Promise<NodeTestSpace> {
  const broker = await sharedBroker();
  const space = await broker.space();
  t.after(async () => {
    // Node 22 has it, @types/node of all versions has not.
    const { passed } = t as { readonly passed?: boolean };
    if (passed === false) for (const line of lastOfLog(space).split('\n')) t.diagnostic(line);
    await space[Symbol.asyncDispose]();
  });
  return Object.assign(space, { broker });
}
