/** What only Leveret has: how busy its event loop is, how fast its store, and where its memory is. */
import { getHeapStatistics } from 'node:v8';
import { histogramSamples, labelPair, labelPairs, type Metric } from '../exposition.ts';
import type { BrokerMoment, Moment } from '../moment.ts';
import { type NodeMetric, single } from './node.ts';

/** The event loop's time since the start of the process, in seconds. */
const eventLoopTime = (name: 'active' | 'idle', help: string): NodeMetric =>
  single('counter', `event_loop_${name}_seconds_total`, help, () => performance.eventLoopUtilization()[name] / 1000);

export interface MemoryUses {
  /** Messages that lie in memory. */
  readonly messages: number;
  /** Other buffers outside of V8's heap. */
  readonly buffers: number;
  readonly v8HeapUsed: number;
  readonly v8HeapFree: number;
  /** Code, stacks, SQLite, what the C library keeps. */
  readonly other: number;
}

/** The resident memory by what it is used for: all of it, but for what of the other parts the system has put out. */
export function memoryUses({ context: { node }, memory }: Moment): MemoryUses {
  const { rss, heapTotal, heapUsed, arrayBuffers } = memory;
  const messages = Math.min(node.memory.bytes, arrayBuffers);
  return {
    messages,
    buffers: arrayBuffers - messages,
    v8HeapUsed: heapUsed,
    v8HeapFree: heapTotal - heapUsed,
    other: Math.max(0, rss - heapTotal - arrayBuffers),
  };
}

export const STANDBY: Metric = {
  type: 'gauge',
  name: 'standby',
  help: 'is 1 while the node waits to take over the store in a database, and 0 while it serves clients',
};

export const OWN: readonly NodeMetric<BrokerMoment>[] = [
  {
    type: 'gauge',
    name: 'build_info',
    help: 'Version of Leveret and of Node.js',
    samples: ({ context: { version } }) => [
      { labels: labelPairs({ leveret_version: version, node_version: process.versions.node }), value: 1 },
    ],
  },
  {
    type: 'histogram',
    name: 'event_loop_delay_seconds',
    help: 'How late the event loop was, looked at 50 times a second since the first scrape',
    samples: ({ eventLoopDelays }) => histogramSamples(eventLoopDelays),
  },
  {
    type: 'gauge',
    name: 'tls_certificate_expires_seconds',
    help: 'When the certificate of a listener ends, in seconds since the epoch',
    samples: ({ context }) =>
      context.listeners().flatMap(({ protocol, port, contexts }) =>
        (contexts?.identities ?? []).map(({ file, certificate }) => ({
          labels: labelPairs({ protocol, port: String(port), file }),
          value: Date.parse(certificate.validTo) / 1000,
        })),
      ),
  },
  {
    ...STANDBY,
    samples: ({ otherNodes }) => (otherNodes === undefined ? [] : [{ labels: '', value: 0 }]),
  },
  {
    type: 'gauge',
    name: 'standby_nodes',
    help: 'Nodes that wait to take over the store in a database',
    samples: ({ otherNodes }) =>
      otherNodes === undefined ? [] : [{ labels: '', value: otherNodes.filter(({ waits }) => waits).length }],
  },
  eventLoopTime('active', 'Time that the event loop worked'),
  eventLoopTime('idle', 'Time that the event loop waited'),
  {
    type: 'histogram',
    name: 'store_commit_seconds',
    help: 'How long the store took for its batches',
    samples: ({ context: { node } }) => histogramSamples(node.store.commitDurations),
  },
  single(
    'gauge',
    'store_backlog_bytes',
    'What the store has yet to write',
    ({ context: { node } }) => node.backlog.bytes,
  ),
  single('gauge', 'store_failing', '1 while the store cannot commit', ({ context: { node } }) =>
    Number(node.alarms.storeTrouble !== undefined),
  ),
  single(
    'gauge',
    'store_rows_to_reseal',
    'Rows that may still be sealed by an earlier key',
    ({ context: { node } }) => node.store.resealing?.left ?? 0,
  ),
  {
    type: 'gauge',
    name: 'memory_bytes',
    help: 'Resident memory by what it is used for',
    samples: (moment) => {
      const { messages, buffers, v8HeapUsed, v8HeapFree, other } = memoryUses(moment);
      const uses = { messages, buffers, v8_heap_used: v8HeapUsed, v8_heap_free: v8HeapFree, other };
      return Object.entries(uses).map(([use, value]) => ({ labels: labelPair('use', use), value }));
    },
  },
  single(
    'gauge',
    'v8_heap_used_bytes',
    'What lies in the heap of V8, garbage included',
    ({ memory }) => memory.heapUsed,
  ),
  single('gauge', 'v8_heap_size_bytes', 'How large the heap of V8 is', ({ memory }) => memory.heapTotal),
  single('gauge', 'v8_heap_limit_bytes', 'How large V8 lets its heap grow', () => getHeapStatistics().heap_size_limit),
  single(
    'gauge',
    'v8_heap_capacity_bytes',
    'What may lie in the heap before declarations are refused',
    ({ context: { node } }) => node.heapLimit.capacity,
  ),
];
