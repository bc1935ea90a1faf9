/** Room for messages without end. */
import { Alarms } from '../../../src/broker/flow/alarms.ts';
import { MemoryBudget } from '../../../src/broker/log/memory-budget.ts';
import { systemClock } from '../../../src/util/system.ts';

export function unlimitedMemory(): MemoryBudget {
  return new MemoryBudget({ budget: Infinity, scratch: undefined, alarms: new Alarms(), clock: systemClock });
}
