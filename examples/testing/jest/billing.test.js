const { useSpace } = require('leveret/testing/jest');
const { startBilling } = require('./billing.js');

const space = useSpace();
let billing;

beforeEach(async () => {
  billing = await startBilling(space().url);
});
afterEach(() => billing.stop());

test('an order is billed once', async () => {
  await space().queue('orders').put({ id: 7, total: 12 });
  await expect(space().queue('bills')).toReceive({ json: { orderId: 7, total: 12 } });
  await expect(space().queue('orders')).toSettle({ json: { id: 7 } }, 'acked');
  await space.broker.idle();
  expect(space().log.published({ routingKey: 'bills' })).toHaveLength(1);
  expect(space().log).toHaveNoErrors();
});

test('what is no order ends in the dead letter queue', async () => {
  await space().queue('orders').put('not an order');
  await expect(space().queue('graves')).toReceive({ text: 'not an order' });
  await expect(space().queue('bills')).toStayEmpty();
});
