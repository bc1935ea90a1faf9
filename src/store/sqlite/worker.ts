/** The thread that a store's writer runs on. */
import { parentPort, workerData } from 'node:worker_threads';
import { rethrow } from '../../util/guard.ts';
import { collectGarbageWhenIdle } from '../../util/idle-garbage.ts';
import type { FromWriter, ToWriter, WriterOptions } from './messages.ts';
import { Writer } from './writer.ts';

const port = parentPort!;
// A defect ends the thread: the store hears of that.
const writer = new Writer(
  workerData as WriterOptions,
  (message, transfer) => port.postMessage(message, transfer),
  rethrow,
);

port.on('message', (message: ToWriter) => {
  writer.hear(message);
  if (message.kind === 'open') {
    port.postMessage({ kind: 'loaded' } satisfies FromWriter);
    collectGarbageWhenIdle();
  }
  if (message.kind !== 'close') return;
  // Deno's port has no end of its own.
  if ('close' in port) port.close();
  else process.exit();
});
