/** The disk alarm: publishers are stopped before the disk of the data folder is full. */
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config } from '../config/config.ts';
import { DiskSpace } from '../util/disk-space.ts';
import type { Logger } from '../util/logger.ts';

const LOW =
  'free disk space is below the limit: publishers are blocked until there is more. ' +
  'Free some, have messages consumed, or lower the limit (diskFreeLimit)';
const ENOUGH = 'free disk space is above the limit again: publishers go on';

/** Starts to watch the disk; undefined where nothing is written to one, or the limit is 0. */
export function watchDisk(
  { dataDir, diskFreeLimit: limit }: Config,
  node: BrokerNode,
  log: Logger,
): DiskSpace | undefined {
  if (dataDir === undefined || limit === 0) return undefined;
  return new DiskSpace({
    folder: dataDir,
    limit,
    clock: node.clocks.connections,
    onChange: (low, free) => {
      if (low) log.warn({ folder: dataDir, free, limit }, LOW);
      else log.info({ folder: dataDir, free, limit }, ENOUGH);
      node.store.setDiskLow(low);
      node.alarms.set('disk', low, 'free space');
    },
    onError: (error) => log.warn({ folder: dataDir, reason: error.message }, 'the free disk space is not known'),
  });
}
