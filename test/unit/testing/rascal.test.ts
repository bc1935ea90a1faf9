/** Rascal through what a test has go wrong: it comes back by itself, and says what became of a publication. */
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../support/application.ts';
import { rascal } from '../../support/interop/rascal.ts';

const retry = { min: 20, max: 50, factor: 1, strategy: 'linear' };

async function startBilling() {
  const broker = await startBroker({ patience: 20_000 });
  const billing = await rascal.BrokerAsPromised.create({
    vhosts: {
      shop: {
        connections: [{ url: broker.url, retry }],
        exchanges: { shop: { type: 'topic' } },
        queues: { bills: { options: { durable: true } } },
        bindings: ['shop[order.*] -> bills'],
        publications: { paid: { exchange: 'shop', routingKey: 'order.paid', options: { persistent: true } } },
        subscriptions: { bills: { queue: 'bills', retry } },
      },
    },
  });
  onTestFinished(() => billing.shutdown());
  billing.on('error', () => undefined);
  const billed: number[] = [];
  const subscription = await billing.subscribe('bills');
  subscription.on('error', () => undefined);
  subscription.on('message', (_message: object, order: { id: number }, ackOrNack: () => void) => {
    billed.push(order.id);
    ackOrNack();
  });
  // One that is on its way when a connection is lost is lost too.
  await broker.queue('bills').toHaveConsumers(1);
  /** What becomes of the publication: `success`, or the error that Rascal gives. */
  const pay = async (id: number): Promise<string> => {
    const publication = await billing.publish('paid', { id });
    return new Promise((resolve) => {
      publication.once('success', () => resolve('success'));
      publication.once('error', ({ message }: Error) => resolve(message));
      publication.on('return', () => resolve('return'));
    });
  };
  return { broker, billed, pay };
}

test('it goes on when the broker has crashed', async () => {
  const { broker, billed, pay } = await startBilling();
  await broker.crash({ downFor: 20 });
  await broker.queue('bills').toHaveConsumers(1);
  expect(await pay(1)).toBe('success');
  await broker.queue('bills').toSettle({ json: { id: 1 } }, 'acked');
  expect(billed).toEqual([1]);
});

test('it says of a publication that it was refused, and takes a delivery that comes twice', async () => {
  const { broker, billed, pay } = await startBilling();
  const refused = broker.faults.nackPublishes({ exchange: 'shop' }, { times: 1 });
  expect(await pay(1)).toContain('nacked');
  expect(refused.hits).toBe(1);
  const twice = broker.faults.duplicateDeliveries('bills', { times: 1 });
  expect(await pay(2)).toBe('success');
  await twice.struck();
  await broker.queue('bills').toBeEmpty();
  expect(billed).toEqual([2, 2]);
  expect(broker.log.errors()).toEqual([]);
});
