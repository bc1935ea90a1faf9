/** What the metrics of one scrape are made of. */
import type { ConnectionCounters } from '../broker/events/counters.ts';
import { MessageTotals } from '../broker/topology/message-totals.ts';
import type { ManagementContext } from '../management/context.ts';
import { eachInSlices } from '../management/http/slices.ts';
import type { OtherNode } from '../store/other-nodes.ts';
import type { Histogram } from '../util/histogram.ts';
import { type OpenFiles, openFiles } from '../util/open-files.ts';

/** How many there are. */
export interface Present {
  connections: number;
  channels: number;
  /** Channels that have published. */
  publishers: number;
  consumers: number;
  queues: number;
}

/** Where metrics are read from. */
export interface Source {
  readonly context: ManagementContext;
  /** How late the event loop was, in seconds, since somebody began to ask. */
  readonly eventLoopDelays: Histogram;
}

/** What is known at once. */
export interface Moment extends Source {
  readonly memory: NodeJS.MemoryUsage;
  readonly files: OpenFiles;
}

/** With what all queues, channels and connections have to be looked at for. */
export interface BrokerMoment extends Moment {
  readonly present: Present;
  /** What was counted since the broker started. */
  readonly totals: MessageTotals;
  readonly traffic: ConnectionCounters;
  /** Those that have the store too; undefined if none can. */
  readonly otherNodes: readonly OtherNode[] | undefined;
}

export function momentOf(source: Source): Moment {
  return { ...source, memory: process.memoryUsage(), files: openFiles() };
}

/** Looks at them a little at a time, so that others have their turns between. */
export async function gather(source: Source): Promise<BrokerMoment> {
  const { context } = source;
  const { node } = context;
  const totals = new MessageTotals();
  await eachInSlices(node.addMessages(totals), () => undefined);
  const present = await countPresent(context);
  const otherNodes = await context.otherNodes?.list();
  return { ...momentOf(source), present, totals, traffic: node.counters.connections.sum(), otherNodes };
}

async function countPresent({ node, connections }: ManagementContext): Promise<Present> {
  const present: Present = { connections: 0, channels: 0, publishers: 0, consumers: 0, queues: 0 };
  for (const { queues } of node.vhosts) {
    await eachInSlices(queues, ({ consumerCount }) => {
      present.queues++;
      present.consumers += consumerCount;
    });
  }
  await eachInSlices(connections, ({ stage, channels }) => {
    if (stage !== 'running') return;
    present.connections++;
    present.channels += channels.size;
    for (const { counters } of channels.values()) if (counters.publish > 0) present.publishers++;
  });
  return present;
}
