/** Where on the disk the next message of a queue is, and that it has to be read there. */
import type { MessageLog } from '../../broker/log/message-log.ts';
import { Queue } from '../../broker/queue/queue.ts';
import { type Inside, vhostOf } from '../inside.ts';

/** How often a log is asked to let go of what it has in memory, before it believes that nobody uses it. */
const ASKED = 2;

/**
 * Resolves with the number of the page in the store that has the queue's next message, which is out of memory then unless a message of its segment is
 * at a consumer. Throws Error if it is on no disk.
 */
export async function pageOfNext(inside: Inside, vhost: string, name: string): Promise<number> {
  const queue = vhostOf(inside, vhost).queue(name);
  if (!(queue instanceof Queue)) throw new Error(`there is no queue '${name}'${queue && ', but a stream'}`);
  const { log } = queue;
  const seq = log.peek();
  if (seq < 0) throw new Error(`queue '${name}' has no message that is ready`);
  if (log.stores) await written(inside, log, seq);
  const page = pageOf(log, seq);
  if (page === undefined) throw new Error(`the next message of queue '${name}' is on no disk: it is not persistent`);
  for (let asked = 0; asked < ASKED; asked++) log.evict(undefined);
  return page;
}

function written({ node }: Inside, log: MessageLog, seq: number): Promise<void> {
  log.flush(true, seq);
  return new Promise((resolve) => node.store.afterCommit(resolve));
}

function pageOf(log: MessageLog, seq: number): number | undefined {
  for (const { base, pages } of log.segments) {
    const found = pages.find(({ first, last }) => seq >= base + first && seq <= base + last);
    if (found !== undefined) return found.id;
  }
  return undefined;
}
