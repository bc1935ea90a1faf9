/** A message of 64 MiB: one copy of it in memory, whatever is done with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { GetMessage } from 'amqplib';
import { beforeAll, describe, expect, test } from 'vitest';
import { startCommand } from '../support/cli/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { consumeInto, openChannel } from '../support/interop/amqplib.ts';
import { NO_HTTP } from '../support/interop/daemon.ts';
import { TEST_PATIENCE } from '../support/patience.ts';
import { confirmChannel, store } from '../support/recovery/clients.ts';

const MiB = 1024 * 1024;
const BODY_BYTES = 64 * MiB;
/** What the broker may take beside the body, less than another of it: buffers of the batch under way, of the sockets, of SQLite. */
const SLACK = 50 * MiB;

const body = Buffer.alloc(BODY_BYTES);
beforeAll(() => {
  for (let at = 0; at < BODY_BYTES; at += 4) body.writeUInt32LE(at, at);
});

async function start(dataDir: string) {
  const daemon = startCommand(['--host', '127.0.0.1', '--port', '0', ...NO_HTTP, '--data-dir', dataDir]);
  const { port } = await daemon.waitForLine('started TCP listener');
  const { pid } = daemon.child;
  const status = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
  return {
    url: `amqp://guest:guest@127.0.0.1:${String(port)}`,
    stop: () => {
      daemon.child.kill('SIGTERM');
      return daemon.finished;
    },
    /** Bytes by which the memory of the process grew while `work` was under way, at most. */
    async grownDuring(work: () => Promise<unknown>): Promise<number> {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      const before = status('VmRSS');
      await work();
      return status('VmHWM') - before;
    },
  };
}

describe.skipIf(process.platform !== 'linux')('a message of 64 MiB', { timeout: 2 * TEST_PATIENCE }, () => {
  test.each(['persistent', 'transient'])('is in memory once while it is published and consumed: %s', async (mode) => {
    const broker = await start(temporaryFolder());
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('q');
    // What a broker takes once, for its first messages.
    await store(channel, 'q', ['warm']);
    await channel.get('q', { noAck: true });
    const grown = await broker.grownDuring(async () => {
      channel.sendToQueue('q', body, { persistent: mode === 'persistent' });
      await channel.waitForConfirms();
      const [message] = await (await consumeInto(await openChannel(broker.url), 'q', { noAck: true })).take(1);
      expect(message!.content.equals(body)).toBe(true);
    });
    expect(grown).toBeLessThan(BODY_BYTES + SLACK);
    await broker.stop();
  });

  test('is in memory once when it is read after a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    const channel = await confirmChannel(first.url);
    await channel.assertQueue('q');
    await store(channel, 'q', [body]);
    await first.stop();
    const second = await start(dataDir);
    const reader = await openChannel(second.url);
    let got: GetMessage | false = false;
    const grown = await second.grownDuring(async () => {
      got = await reader.get('q', { noAck: true });
    });
    expect((got as unknown as GetMessage).content.equals(body)).toBe(true);
    expect(grown).toBeLessThan(BODY_BYTES + SLACK);
    await second.stop();
  });
});
