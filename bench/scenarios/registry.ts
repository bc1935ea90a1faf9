/** Every scenario there is, in the order they run. */
import type { Scenario } from '../scenario.ts';
import { application } from './application.ts';
import { backlog } from './backlog.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { looking } from './looking.ts';
import { memoryBack } from './memory-back.ts';
import { processes } from './process.ts';
import { queues } from './queues.ts';
import { routing } from './routing.ts';
import { scale } from './scale.ts';
import { throughput } from './throughput.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...throughput,
  ...latency,
  ...routing,
  ...application,
  ...scale,
  ...growth,
  ...backlog,
  ...processes,
  ...memoryBack,
  ...queues,
  ...looking,
];
