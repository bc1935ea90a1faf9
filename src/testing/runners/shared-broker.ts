/** One broker for all tests of a process: it starts with the first that wants it, and lets the process end. */
import { TestBroker } from '../test-broker.ts';
import type { TestSpace } from '../test-space.ts';

let started: Promise<TestBroker> | undefined;

export function sharedBroker(): Promise<TestBroker> {
  started ??= TestBroker.start();
  return started;
}

/** The next who wants one gets another. */
export async function stopSharedBroker(): Promise<void> {
  const broker = await started;
  started = undefined;
  await broker?.stop();
}

/** Lines of the log that are shown beside a test that fails. */
const SHOWN_LINES = 20;

/** What is shown beside a test that fails. */
export function lastOfLog({ vhost, log }: TestSpace): string {
  return `The last of the log of ${vhost}:\n${log.last(SHOWN_LINES)}`;
}
