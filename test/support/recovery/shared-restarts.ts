/**
 * Tests of what a restart leaves that share a broker: a start takes longer than most of what they do. All of a group go on until their next restart, one
 * after the other; then the broker ends and starts once for all of them.
 */
import { test } from 'vitest';
import { crashableBroker } from './crashable.ts';
import type { DurableBroker } from './durable-broker.ts';
import { killableBroker } from './killable.ts';

/** The broker as one test sees it, in a virtual host of its own. */
export interface SharedBroker {
  readonly url: string;
  readonly vhost: string;
  /** As the broker's, of all virtual hosts. */
  readonly query: DurableBroker['query'];
}

/** What a test does. At each `yield` the broker ends and starts again. */
export type Scenario = (broker: SharedBroker) => AsyncGenerator<undefined, void>;

/** Declares a test of the group. */
export type DeclareScenario = (title: string, scenario: Scenario) => void;

/** How the broker of a group ends: as a daemon that is killed, or in this process. */
export type GroupEnd = 'SIGKILL' | 'crash' | 'stop';

/** A group of tests, to be called where tests are declared. */
export function sharedRestarts(end: GroupEnd = 'crash'): DeclareScenario {
  const scenarios = new Map<string, Scenario>();
  let failures: Promise<ReadonlyMap<string, unknown>> | undefined;
  return (title, scenario) => {
    scenarios.set(title, scenario);
    // The first of them that runs has all of them done.
    test(title, async () => {
      failures ??= play(scenarios, end);
      const all = await failures;
      if (all.has(title)) throw all.get(title);
    });
  };
}

/** Resolves to what went wrong, by title. */
async function play(scenarios: ReadonlyMap<string, Scenario>, end: GroupEnd): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const broker = end === 'SIGKILL' ? await killableBroker() : await crashableBroker(end);
  let underWay: (readonly [title: string, steps: ReturnType<Scenario>])[] = [];
  for (const [title, scenario] of scenarios) underWay.push([title, scenario(await inVhost(broker, underWay.length))]);
  for (;;) {
    const waiting: typeof underWay = [];
    for (const one of underWay) {
      const [title, steps] = one;
      try {
        const { done } = await steps.next();
        if (done !== true) waiting.push(one);
      } catch (error) {
        failures.set(title, error);
      }
    }
    if (waiting.length === 0) return failures;
    underWay = waiting;
    await broker.restart();
  }
}

async function inVhost(broker: DurableBroker, number: number): Promise<SharedBroker> {
  const vhost = `test-${number}`;
  await broker.addVhost(vhost);
  return { url: `${broker.url}/${vhost}`, vhost, query: broker.query };
}
