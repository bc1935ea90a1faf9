/** Metrics of the process, whose names have no prefix. */
import { type NodeMetric, single } from './node.ts';

export const PROCESS: readonly NodeMetric<unknown>[] = [
  single(
    'gauge',
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    () => performance.timeOrigin / 1000,
  ),
  single('counter', 'process_cpu_seconds_total', 'Processor time that the process used, in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }),
];
