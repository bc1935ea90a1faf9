/** The disk alarm: publishers are stopped before the disk of the data folder is full. */
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config } from '../config/config.ts';
import { DiskSpace } from '../util/disk-space.ts';
import type { Logger } from '../util/logger.ts';

const LOW =
  'free disk space is below the limit: publishers are blocked until there is more. ' +
  'Free some, have messages consumed, or lower the limit (diskFreeLimit)';
const ENOUGH = 'free disk space is above the limit again: publishers go on';

/**
 * Bytes above the limit from which on the store gives back what is free within its file, of which it else keeps 16 MiB: so that this
 * counts as free, and no alarm comes while there is some.
 */
const MARGIN = 32 * 1024 * 1024;

/** Starts to watch the disk; undefined if nothing is written to one. */
export function watchDisk({ dataDir, diskFreeLimit }: Config, node: BrokerNode, log: Logger): DiskSpace | undefined {
  if (dataDir === undefined) return undefined;
  let low = false;
  return new DiskSpace({
    folder: dataDir,
    limit: diskFreeLimit,
    clock: node.clocks.connections,
    margin: MARGIN,
    onChange: (room, free, limit) => {
      node.store.setDiskShort(room !== 'enough');
      if (room === 'low') log.warn({ folder: dataDir, free, limit }, LOW);
      else if (low) log.info({ folder: dataDir, free, limit }, ENOUGH);
      low = room === 'low';
      node.alarms.set('disk', low, 'free space');
    },
    fault: (error) => node.fault(error),
    onError: (error) => log.warn({ folder: dataDir, reason: error.message }, 'the free disk space is not known'),
  });
}
