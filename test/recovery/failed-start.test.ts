/** A broker that could not start leaves nothing behind that goes on. */
import { expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { TestBroker } from '../../src/testing/index.ts';
import { KeptLog } from '../support/kept-log.ts';
import { confirmChannel } from '../support/recovery/clients.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PATIENCE } from '../support/patience.ts';

test('a start that finds its address in use frees the folder, and says nothing of the store afterwards', async () => {
  const dataDir = temporaryFolder();
  await using other = await Broker.start({ port: 0, logLevel: 'silent' });
  {
    await using first = await Broker.start({ port: 0, dataDir, logLevel: 'silent' });
    const channel = await confirmChannel(first.url);
    await channel.assertQueue('work');
    for (let n = 0; n < 10; n++) {
      channel.sendToQueue('work', Buffer.from('expires'), { persistent: true, expiration: 1500 });
    }
    await channel.waitForConfirms();
  }
  const log = new KeptLog();
  await expect(Broker.start({ port: other.port, dataDir, logger: log })).rejects.toThrow(`port ${other.port} is taken`);
  await using next = await TestBroker.start({ dataDir, logLevel: 'silent', patience: PATIENCE });
  // By then the moment of the broker that did not start has passed too.
  await next.queue('work').toBeEmpty();
  expect([...log.errors, ...log.warnings]).toEqual([]);
});
