/** RabbitMQ 4's metrics of what memory is used for, as far as their names have a meaning here. */
import { memoryUses, type MemoryUses } from './own.ts';
import { type NodeMetric, single } from './node.ts';

const use = (name: string, help: string, of: (uses: MemoryUses) => number): NodeMetric =>
  single('gauge', `memory_${name}_bytes`, help, (moment) => of(memoryUses(moment)));

export const MEMORY_BREAKDOWN: readonly NodeMetric[] = [
  use('other_erlang_process', 'Other processes footprint in bytes', ({ v8HeapUsed }) => v8HeapUsed),
  use('binary_heap', 'Binary heap size in bytes', ({ messages, buffers }) => messages + buffers),
  use('other_system', 'Other runtime footprint in bytes', ({ other }) => other),
  use('runtime_allocated_unused', 'Runtime allocated but unused blocks size in bytes', ({ v8HeapFree }) => v8HeapFree),
];
