/** Room for messages without end. */
import { Alarms } from '../../../src/broker/flow/alarms.ts';
import { MemoryBudget } from '../../../src/broker/log/memory-budget.ts';
import type { Scratch } from '../../../src/store/scratch.ts';
import { systemClock } from '../../../src/util/system.ts';

export function unlimitedMemory(scratch?: Scratch): MemoryBudget {
  return new MemoryBudget({ budget: Infinity, scratch, alarms: new Alarms(), clock: systemClock });
}
