/**
 * Tests of what a restart leaves that share a daemon: a start takes longer than most of what they do. All of a group go on until their next restart, one
 * after the other; then the daemon ends and starts once for all of them.
 */
import { test } from 'vitest';
import { askDaemon } from './control.ts';
import { type KillableBroker, killableBroker } from './killable.ts';

/** The daemon as one test sees it, in a virtual host of its own. */
export interface SharedBroker {
  readonly url: string;
  readonly vhost: string;
  /** As the daemon's, of all virtual hosts. */
  readonly query: KillableBroker['query'];
}

/** What a test does. At each `yield` the daemon ends and starts again. */
export type Scenario = (broker: SharedBroker) => AsyncGenerator<undefined, void>;

/** Declares a test of the group. */
export type DeclareScenario = (title: string, scenario: Scenario) => void;

/** A group of tests, to be called where tests are declared. `signal`: by which the daemon ends. */
export function sharedRestarts(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): DeclareScenario {
  const scenarios = new Map<string, Scenario>();
  let failures: Promise<ReadonlyMap<string, unknown>> | undefined;
  return (title, scenario) => {
    scenarios.set(title, scenario);
    // The first of them that runs has all of them done.
    test(title, async () => {
      failures ??= play(scenarios, signal);
      const all = await failures;
      if (all.has(title)) throw all.get(title);
    });
  };
}

/** Resolves to what went wrong, by title. */
async function play(
  scenarios: ReadonlyMap<string, Scenario>,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const broker = await killableBroker();
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
    await broker.restart(signal);
  }
}

async function inVhost({ url, folder, query }: KillableBroker, number: number): Promise<SharedBroker> {
  const vhost = `test-${number}`;
  await askDaemon(folder, 'PUT', `/api/vhosts/${vhost}`);
  const all = JSON.stringify({ configure: '.*', write: '.*', read: '.*' });
  await askDaemon(folder, 'PUT', `/api/permissions/${vhost}/guest`, all);
  return { url: `${url}/${vhost}`, vhost, query };
}
