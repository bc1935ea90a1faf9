/** The page before a broker with very much in it. */
import amqp from 'amqplib';
import { expect, it } from 'vitest';
import { apiOf } from '../support/management/api.ts';
import { describePage } from '../support/page/browser.ts';

const QUEUES = 20_000;
const BINDINGS = 10_000;
const CONSUMERS = 1000;

describePage('the page before 20,000 queues and 10,000 bindings of one exchange', (visit) => {
  it('shows any of them, however they are asked for', async () => {
    const queues = Array.from({ length: QUEUES }, (_, i) => ({
      name: `q${String(i).padStart(5, '0')}`,
      vhost: '/',
      durable: true,
      auto_delete: false,
      arguments: {},
    }));
    const bindings = queues.slice(0, BINDINGS).map(({ name }) => ({
      source: 'amq.topic',
      vhost: '/',
      destination: name,
      destination_type: 'queue',
      routing_key: `key.of.${name}`,
      arguments: {},
    }));
    const ask = apiOf(visit.broker);
    expect((await ask('POST', '/definitions', { body: { queues, bindings } })).status).toBe(204);
    await ask('POST', '/exchanges/%2F/amq.default/publish', {
      body: { properties: {}, routing_key: 'q12345', payload: 'x', payload_encoding: 'string' },
    });
    const page = await visit.signedIn('#/queues');
    await page.getByText('20,000', { exact: true }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(100);
    await page.getByRole('button', { name: 'Ready' }).click();
    await expect.poll(() => page.locator('tbody tr').first().innerText()).toContain('q12345');
    await page.getByRole('searchbox').fill('^q1999.$');
    await page.getByLabel('Regular expression').check();
    await page.getByText('10 of 20,000').waitFor();
    await page.goto(`${visit.address}#/queues?page=200`);
    await page.getByRole('link', { name: 'q19999' }).waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.goto(`${visit.address}#/exchanges/%2F/amq.topic`);
    await page.getByText('9982 more are in the list below.').waitFor();
    await page.getByRole('searchbox').fill('key.of.q09999');
    await page.getByText('1 of 10,000').waitFor();
    await page.close();
  });

  it('shows any of the 1,000 consumers of one queue', async () => {
    const client = await amqp.connect(visit.broker.url);
    const channel = await client.createChannel();
    await channel.assertQueue('crowded');
    for (let i = 0; i < CONSUMERS; i++) await channel.consume('crowded', () => {}, { consumerTag: `tag-${i}` });
    const page = await visit.signedIn('#/queues/%2F/crowded?tab=consumers');
    await page.getByText('1,000', { exact: true }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(100);
    await page.getByRole('searchbox').fill('tag-777');
    await page.getByText('1 of 1,000').waitFor();
    await page.close();
    await client.close();
  });
});
