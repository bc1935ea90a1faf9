/** Which rule of deduplication a queue goes by, as its settings change. */
import type { DeduplicationSettings } from '../arguments/deduplication.ts';
import type { DeduplicatingQueue, Deduplication, DeduplicationNode } from './deduplication.ts';
import { KeysInQueue } from './keys-in-queue.ts';
import { SeenWindow } from './seen-window.ts';

/** What there is of deduplication, as the settings want it from now on: begun, changed, ended or left out. */
export function deduplicate(
  current: Deduplication | undefined,
  settings: DeduplicationSettings | undefined,
  node: DeduplicationNode,
  queue: DeduplicatingQueue,
): Deduplication | undefined {
  if (settings !== undefined && current?.apply(settings) === true) return current;
  current?.clear();
  if (settings === undefined) return undefined;
  const { window, header } = settings;
  return window === undefined ? new KeysInQueue(header, node, queue) : new SeenWindow(window, header, node, queue);
}
