/** Names that a pattern takes for ever on cost their client time, and nobody else. */
import amqp from 'amqplib';
import { expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';

const NAMES = 200;

it('a client that declares names that no policy gets done with does not hold up another', async () => {
  const broker = await Broker.start({ port: 0 });
  await broker.policies.set({ name: 'endless', pattern: '^(a+)+$', definition: { expires: 60_000 } });
  const offender = await (await amqp.connect(broker.url)).createChannel();
  const other = await (await amqp.connect(broker.url)).createChannel();
  await other.assertQueue('mine');
  let declared = 0;
  for (let i = 0; i < NAMES; i++) {
    const name = `${'a'.repeat(200)}!${i}`;
    offender.assertQueue(name).then(
      () => declared++,
      () => undefined,
    );
  }
  let most = 0;
  const began = performance.now();
  while (declared < NAMES / 10) {
    const before = declared;
    await other.checkQueue('mine');
    most = Math.max(most, declared - before);
  }
  // Those that were sent were all declared before anybody else was heard, two seconds later.
  expect(most).toBeLessThan(NAMES / 4);
  expect(performance.now() - began).toBeGreaterThan((NAMES / 10) * 10);
  await broker.stop();
});
