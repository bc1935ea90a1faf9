/** Queues and streams: the list, one of them, what is done with them. */
import amqp, { type Channel } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePage } from '../support/page/browser.ts';

describePage('queues on the page', (visit) => {
  let client: amqp.ChannelModel;
  let channel: Channel;
  beforeAll(async () => {
    client = await amqp.connect(visit.broker.url);
    channel = await client.createChannel();
    await channel.assertQueue('alpha', { arguments: { 'x-message-ttl': 60_000, 'x-max-length': 100 } });
    await channel.assertQueue('beta', { arguments: { 'x-queue-type': 'quorum' } });
    await channel.assertQueue('gamma', { arguments: { 'x-queue-type': 'stream' } });
    for (let i = 0; i < 5; i++) channel.sendToQueue('beta', Buffer.from(`number ${i}`));
  });
  afterAll(() => client?.close());

  it('are filtered, sorted and shown with chosen columns, and all of that is in the link or kept', async () => {
    const page = await visit.signedIn('#/queues');
    const rows = page.locator('tbody tr');
    await page.getByRole('link', { name: 'gamma' }).waitFor();
    await page.getByRole('button', { name: 'Ready' }).click();
    await expect.poll(() => rows.first().innerText()).toContain('beta');
    await page.getByRole('combobox', { name: 'All types' }).selectOption('stream');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByText('Columns').click();
    await page.getByLabel('Bodies').check();
    await page.getByRole('columnheader', { name: 'Bodies' }).waitFor();
    const link = page.url();
    expect(link).toContain('#/queues?sort=messages_ready&reverse=true&type=stream');
    await page.reload();
    await page.getByRole('columnheader', { name: 'Bodies' }).waitFor();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('combobox', { name: 'All types' }).selectOption('');
    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('alp');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByText('1 of 3').waitFor();
    await page.close();
  });

  it('are added, and what the broker refuses stands in the form', async () => {
    const page = await visit.signedIn('#/queues');
    await page.getByRole('button', { name: 'Add a queue' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('added');
    await dialog.getByLabel('Arguments').fill('{"x-max-length": -1}');
    await dialog.getByRole('button', { name: 'Add a queue' }).click();
    await dialog.getByRole('alert').getByText("invalid arg 'x-max-length'").waitFor();
    await dialog.getByLabel('Arguments').fill('{');
    await dialog.getByRole('button', { name: 'Add a queue' }).click();
    await dialog.getByRole('alert').getByText('arguments is no JSON').waitFor();
    await dialog.getByLabel('Arguments').fill('');
    await dialog.getByRole('button', { name: 'x-max-priority' }).click();
    await dialog.getByRole('button', { name: 'Add a queue' }).click();
    await page.getByRole('link', { name: 'added' }).waitFor();
    await channel.assertQueue('added', { maxPriority: 10 });
    await page.close();
  });

  it('tell which of their settings come from where, and what counts', async () => {
    const rule = { pattern: '^alpha$', priority: 1, applyTo: 'queues' } as const;
    await visit.broker.policies.set({ name: 'short', ...rule, definition: { expires: 3_600_000 } });
    await visit.broker.policies.set({ name: 'bound', ...rule, operator: true, definition: { 'max-length': 7 } });
    const page = await visit.signedIn('#/queues/%2F/alpha');
    const row = (name: string) => page.locator('tr', { hasText: name });
    await expect.poll(() => row('x-max-length').innerText()).toMatch(/x-max-length\s+7\s+100\s+7/);
    await expect.poll(() => row('x-expires').innerText()).toMatch(/x-expires\s+3600000\s+3600000/);
    await page.getByRole('columnheader', { name: 'Operator policy bound' }).waitFor();
    await page.close();
  });

  it('tell which exchanges fill them, and those which channels publish, as links', async () => {
    await channel.bindQueue('alpha', 'amq.topic', 'to.alpha');
    channel.publish('amq.topic', 'to.alpha', Buffer.from('x'));
    await channel.get('alpha', { noAck: true });
    const page = await visit.signedIn('#/queues/%2F/alpha');
    const panel = (title: string) => page.locator('section', { has: page.getByRole('heading', { name: title }) });
    await panel('Who takes messages').getByRole('link').waitFor();
    await panel('Where messages come from').getByRole('link', { name: 'amq.topic' }).click();
    await panel('Where messages go').getByRole('link', { name: 'alpha' }).waitFor();
    await panel('Who publishes here').getByRole('link').click();
    await panel('Where messages are taken from').getByRole('link', { name: 'alpha' }).waitFor();
    await panel('Where messages go').getByRole('link', { name: 'amq.topic' }).waitFor();
    await channel.unbindQueue('alpha', 'amq.topic', 'to.alpha');
    await page.close();
  });

  it('are published to, purged and deleted, each after a question', async () => {
    const page = await visit.signedIn('#/queues/%2F/beta');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('textbox', { name: 'Body' }).fill('{"by": "hand"}');
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await channel.checkQueue('beta')).messageCount).toBe(6);
    await page.getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('dialog').getByText('are deleted for good').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await channel.checkQueue('beta')).messageCount).toBe(6);
    await page.getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await channel.checkQueue('beta')).messageCount).toBe(0);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'beta' }).count()).toBe(0);
    await page.close();
  });
});
