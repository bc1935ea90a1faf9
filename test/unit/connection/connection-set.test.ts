/** What clients hear of a stop. */
import { expect, it } from 'vitest';
import { AmqpClient } from '../../support/amqp-client/index.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { ClockedBroker } from '../../support/recovery/clocked-broker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MOST_MS = 60_000;

it('a client is told of a stop, though the time for its answer is over before the turn is', async () => {
  const clock = new HandClock();
  const broker = await ClockedBroker.start(temporaryFolder(), clock);
  const client = await AmqpClient.connect(broker.url);
  const stopped = broker.stop();
  clock.pass(MOST_MS);
  await client.expectClose(320, /^CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'/);
  await stopped;
  expect(broker.faults).toEqual([]);
});
