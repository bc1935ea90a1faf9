import assert from 'node:assert/strict';
import { test } from 'node:test';
import amqp from 'amqplib';
import { useSpace } from 'leveret/testing/node';
import { TestBroker } from 'leveret/testing';
import { startBilling } from './billing.js';

test('an order is billed once', async (t) => {
  const space = await useSpace(t);
  const billing = await startBilling(space.url);
  await space.queue('orders').put({ id: 7, total: 12 });
  const bill = await space.queue('bills').toReceive({ json: { orderId: 7 } });
  assert.equal(bill.headers['x-source'], 'orders');
  await space.queue('orders').toSettle({ json: { id: 7 } }, 'acked');
  assert.deepEqual(space.log.errors(), []);
  await billing.stop();
});

test('an order whose confirm is lost is there all the same', async () => {
  const broker = await TestBroker.start();
  const billing = await startBilling(broker.url);
  const lost = broker.faults.loseConfirms({ routingKey: 'orders' }, { times: 1 });
  const shop = await amqp.connect(broker.url);
  shop.on('error', () => {});
  const channel = await shop.createConfirmChannel();
  channel.on('error', () => {});
  channel.sendToQueue('orders', Buffer.from(JSON.stringify({ id: 7, total: 12 })), {}, () => {});
  await lost.struck();
  await broker.queue('bills').toReceive({ json: { orderId: 7 } });
  await billing.stop();
  await broker.stop();
});
