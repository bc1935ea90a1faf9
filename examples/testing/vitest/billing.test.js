import { expect } from 'vitest';
import { TestBroker } from 'leveret/testing';
import { test } from 'leveret/testing/vitest';
import { startBilling } from './billing.js';

test('an order is billed once', async ({ space, broker }) => {
  const billing = await startBilling(space.url);
  await space.queue('orders').put({ id: 7, total: 12 });
  await expect(space.queue('bills')).toReceive({ json: { orderId: 7, total: 12 }, headers: { 'x-source': 'orders' } });
  await expect(space.queue('orders')).toSettle({ json: { id: 7 } }, 'acked');
  await broker.idle();
  expect(space.log.published({ routingKey: 'bills' })).toHaveLength(1);
  expect(space.log).toHaveNoErrors();
  await billing.stop();
});

test('what is no order ends in the dead letter queue', async ({ space }) => {
  const billing = await startBilling(space.url);
  await space.queue('orders').put('not an order');
  await expect(space.queue('graves')).toReceive({ text: 'not an order' });
  await expect(space.queue('bills')).toStayEmpty();
  await billing.stop();
});

test('a reminder goes out after seven days', async () => {
  await using broker = await TestBroker.start({ clock: 'manual' });
  const billing = await startBilling(broker.url);
  await broker.queue('orders').put({ id: 7, total: 12 });
  await broker.idle();
  await broker.clock.advance('6d');
  await expect(broker.queue('reminders')).toStayEmpty();
  await broker.clock.advance('1d');
  await expect(broker.queue('reminders')).toReceive({ json: { orderId: 7 } });
  await billing.stop();
});
