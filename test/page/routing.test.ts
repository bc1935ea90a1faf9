/** Exchanges, and who uses them: where keys go, who is connected, what waits. */
import amqp, { type ConfirmChannel } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePage } from '../support/page/browser.ts';

describePage('exchanges and clients on the page', (visit) => {
  let client: amqp.ChannelModel;
  let channel: ConfirmChannel;
  beforeAll(async () => {
    client = await amqp.connect(visit.broker.url, { clientProperties: { connection_name: 'the shop' } });
    channel = await client.createConfirmChannel();
    await channel.assertExchange('orders', 'topic');
    await channel.assertQueue('europe');
    await channel.assertQueue('all');
    await channel.bindQueue('europe', 'orders', 'order.eu.*');
    await channel.bindQueue('all', 'orders', '#');
  });
  afterAll(() => client?.close().catch(() => undefined));

  it('show what is bound, and say where a key would go and by which bindings', async () => {
    const page = await visit.signedIn('#/exchanges/%2F/orders');
    await page.getByRole('group', { name: 'orders leads to 2 queues and exchanges, and 0 lead to it.' }).waitFor();
    const test = page.locator('section', { hasText: 'Where would this key go?' });
    await test.getByLabel('Routing key').fill('order.eu.new');
    await test.getByRole('button', { name: 'Find out' }).click();
    await test.getByText('It would go to').waitFor();
    await expect.poll(() => test.locator('tbody tr').count()).toBe(2);
    await test.getByLabel('Routing key').fill('other');
    await test.getByRole('button', { name: 'Find out' }).click();
    await test.getByText('It would go to all.').waitFor();
    expect((await channel.checkQueue('all')).messageCount).toBe(0);
    await page.close();
  });

  it('are bound and unbound', async () => {
    const page = await visit.signedIn('#/exchanges/%2F/orders');
    await page.getByRole('button', { name: 'Bind', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('nobody');
    await page.getByRole('dialog').getByRole('button', { name: 'Bind' }).click();
    await page.getByRole('alert').getByText("no queue 'nobody'").waitFor();
    await page.getByRole('dialog').getByLabel('Name').fill('europe');
    await page.getByRole('dialog').getByLabel('Routing key').fill('by hand');
    await page.getByRole('dialog').getByRole('button', { name: 'Bind' }).click();
    const row = page.locator('tr', { hasText: 'by hand' });
    await row.getByRole('button', { name: 'Unbind' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unbind' }).click();
    await row.waitFor({ state: 'detached' });
    await page.close();
  });

  it('show clients, and close a connection with a reason', async () => {
    const other = await amqp.connect(visit.broker.url, { clientProperties: { connection_name: 'the other' } });
    const heard = new Promise<Error>((resolve) => other.once('close', resolve));
    const consuming = await other.createChannel();
    await consuming.prefetch(25);
    await consuming.consume('all', () => undefined, { consumerTag: 'reader' });
    const page = await visit.signedIn('#/consumers');
    await expect.poll(() => page.locator('tr', { hasText: 'reader' }).innerText()).toContain('25');
    await page.getByRole('navigation', { name: 'Clients' }).getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('heading', { name: 'Channels' }).waitFor();
    await page.getByRole('navigation', { name: 'Clients' }).getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('link', { name: 'the other' }).click();
    await page.getByRole('heading', { name: 'the other' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByLabel('What the client is told').fill('Out of hours');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    expect((await heard).message).toContain('CONNECTION_FORCED - Out of hours');
    await page.getByRole('heading', { name: 'Connections' }).waitFor();
    await page.getByRole('link', { name: 'the other' }).waitFor({ state: 'detached' });
    await page.close();
  });

  it('show what waits at a delayed exchange, and cancel it', async () => {
    await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
    channel.publish('later', 'reminder', Buffer.from('wake up'), { headers: { 'x-delay': 3_600_000 } });
    await channel.waitForConfirms();
    const page = await visit.signedIn('#/delayed');
    await page.getByRole('link', { name: 'later' }).click();
    await page.getByText('in 59 min').or(page.getByText('in 1 h')).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByText('is deleted and goes nowhere').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).last().click();
    await page.getByText('No message waits here.').waitFor();
    await page.close();
  });
});
