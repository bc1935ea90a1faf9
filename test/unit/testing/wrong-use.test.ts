/** What a newcomer does wrong is told in one line that says what to do, and nothing of it is ignored. */
import { connect } from 'amqplib';
import { expect, test } from 'vitest';
import type { TestBroker } from '../../../src/testing/index.ts';
import { startApplication, startBroker } from '../../support/application.ts';

type Wrong = (broker: TestBroker) => unknown;
/** As JavaScript calls it. */
const any = <Value>(value: unknown): Value => value as Value;

const WRONG: readonly (readonly [string, Wrong])[] = [
  ['unknown key "timeout" (it may have patience)', ({ log }) => log.next('queued', {}, any({ timeout: 5000 }))],
  ['unknown key "timeout" (it may have patience, count)', (b) => b.queue('q').toReceive({}, any({ timeout: 5000 }))],
  ['unknown key "timeout" (it may have patience)', (b) => b.queue('q').toHaveConsumers(1, any({ timeout: 5000 }))],
  ["patience must be a number from 0 up, not '5s'", (b) => b.queue('q').toReceive({}, { patience: any('5s') })],
  ['count must be a number from 1 up, not 0', (b) => b.queue('q').toReceive({}, { count: 0 })],
  ["how many consumers must be a number from 0 up, not 'one'", (b) => b.queue('q').toHaveConsumers(any('one'))],
  ['unknown key "nmae", did you mean "name"?', (b) => b.faults.dropConnection(any({ nmae: 'billing' }))],
  ['unknown key "basic.consum", did you mean "basic.consume"?', (b) => b.faults.delayReplies('basic.consum', 100)],
  ["how late (or 'until released') must be a number from 0 up, not '1s'", (b) => b.faults.delayConfirms(any('1s'))],
  ["resource must be 'memory' or 'disk', not 'cpu'", (b) => b.faults.block(any('cpu'))],
  ["milliseconds must be a number from 1 up, not '1s'", (b) => b.faults.slowDisk(any('1s'))],
  ['trigger: times must be a number from 1 up, not 0', (b) => b.faults.nackPublishes({}, { times: 0 })],
  ["keep must be 'topology' or 'connections' or 'nothing', not 'all'", (b) => b.reset({ keep: any('all') })],
  ['unknown key "patiance", did you mean "patience"?', (b) => b.idle(any({ patiance: 1 }))],
  ['unknown key "downfor", did you mean "downFor"?', (b) => b.crash(any({ downfor: 1 }))],
  ['"1 second" is no duration', (b) => b.restart({ downFor: '1 second' })],
  ['unknown key "queus", did you mean "queues"?', (b) => b.vhost().seed(any({ queus: [] }))],
  ["There is no vhost 'staging', only '/'", (b) => b.queue('q', { vhost: 'staging' }).put('x')],
  ["There is no vhost 'staging', only '/'", (b) => b.queue('q', { vhost: 'staging' }).toReceive({}, { patience: 1 })],
];

test('each is refused, and the broker goes on', async () => {
  const { broker, channel } = await startApplication();
  for (const [text, wrong] of WRONG) {
    const error = await Promise.resolve()
      .then(() => wrong(broker))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(text);
  }
  expect(broker.faults.active).toEqual([]);
  await channel.assertQueue('q');
});

test('an option that is misspelt names the one that is meant', async () => {
  await expect(startBroker(any({ prot: 0 }))).rejects.toThrow('unknown key "prot", did you mean "port"?');
});

test('who is not let in is in the log, with the reason', async () => {
  const broker = await startBroker({ profile: '4.1' });
  const wrong = new URL(broker.url);
  wrong.password = 'secret';
  await expect(connect(wrong.href)).rejects.toThrow('403');
  await expect(connect(`${broker.url}/staging`)).rejects.toThrow();
  const errors = broker.log.errors().map(({ vhost, error }) => [vhost, error?.code, error?.text]);
  expect(errors).toEqual([
    ['', 403, expect.stringMatching(/mechanism PLAIN.* \(wrong name or password for user 'guest'\)$/)],
    ['', 530, 'NOT_ALLOWED - vhost staging not found'],
  ]);
});

test('a message that came and was not settled so is told of, with what became of it', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  await broker.queue('orders').put({ id: 7 });
  const inVain = () => broker.queue('orders').toSettle({ json: { id: 7 } }, 'acked', { patience: 1 });
  await expect(inVain()).rejects.toThrow('One came, and no consumer has taken it:');
  await channel.consume('orders', () => undefined);
  await broker.log.next('delivered');
  await expect(inVain()).rejects.toThrow('One came, and its consumer has not settled it:');
  await expect(broker.idle({ patience: 1 })).rejects.toThrow("has a delivery that is not acknowledged (consumer '");
});

test('an error of a wait names the line of the test that waits', async () => {
  const broker = await startBroker();
  const waits = [
    () => broker.queue('none').toReceive({}, { patience: 1 }),
    () => broker.queue('none').toHaveConsumers(1, { patience: 1 }),
  ];
  for (const wait of waits) {
    const error = await wait().catch((reason: unknown) => reason as Error);
    expect((error as Error).stack).toMatch(
      /^WaitError: within 1 ms queue 'none'[^]*\n +at .*wrong-use\.test\.ts[^\n]*:\d+/,
    );
  }
});
