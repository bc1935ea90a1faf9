/** Messages: looked at and not taken, found, read, moved on. */
import { stat } from 'node:fs/promises';
import amqp, { type ConfirmChannel } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiOf } from '../support/management/api.ts';
import { describePage } from '../support/page/browser.ts';

/** For the browser. */
const pasteOf = (characters: number): string => `{
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', 'é'.repeat(${characters}));
  const pasting = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  document.querySelector('textarea[name=payload]').dispatchEvent(pasting);
}`;

/** Bytes. */
const LARGE = 32 * 1024 * 1024;

describePage('messages on the page', (visit) => {
  let client: amqp.ChannelModel;
  let channel: ConfirmChannel;
  beforeAll(async () => {
    client = await amqp.connect(visit.broker.url);
    channel = await client.createConfirmChannel();
    await channel.assertQueue('dead');
    await channel.assertQueue('work', { deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
    await channel.assertQueue('log', { arguments: { 'x-queue-type': 'stream' } });
  });
  afterAll(() => client?.close());

  it('are looked at, found by text and header, and read in each form, and stay as they are', async () => {
    channel.sendToQueue('work', Buffer.from('{"name":"Ada","id":7}'), {
      headers: { tenant: 'acme' },
      correlationId: 'c-1',
    });
    channel.sendToQueue('work', Buffer.from([0xff, 0x00, 0x41]));
    channel.sendToQueue('work', Buffer.alloc(LARGE, 'long '));
    await channel.waitForConfirms();
    const page = await visit.signedIn('#/queues/%2F/work?tab=messages');
    await expect.poll(() => page.locator('.messages > li').count()).toBe(3);
    await page.getByLabel('Text in the body').fill('Ada');
    await page.getByRole('button', { name: 'Find' }).click();
    await expect.poll(() => page.locator('.messages > li').count()).toBe(1);
    expect(page.url()).toContain('text=Ada');
    await page.locator('.messages .line button').first().click();
    await expect.poll(() => page.locator('pre.body').innerText()).toContain('"name": "Ada"');
    await page.locator('.message').getByText('acme').waitFor();
    await page.getByRole('button', { name: 'Hex' }).click();
    await expect.poll(() => page.locator('pre.body').innerText()).toContain('7b 22 6e 61 6d 65');
    await page.getByLabel('Text in the body').fill('');
    await page.getByLabel('Header').fill('tenant=other');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('There is no such message.').waitFor();
    await page.getByLabel('Header').fill('');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.locator('.messages .line button').nth(2).click();
    await page.getByText('The first 64 KiB of 32 MiB.').waitFor();
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await stat(await (await coming).path())).size).toBe(LARGE);
    const message = await channel.get('work', { noAck: true });
    expect(message && [message.fields.redelivered, message.fields.messageCount]).toEqual([false, 2]);
    await channel.purgeQueue('work');
    await page.close();
  });

  it('tell how they died, and go back to where they did', async () => {
    for (let i = 0; i < 3; i++) channel.sendToQueue('work', Buffer.from(`letter ${i}`));
    await channel.waitForConfirms();
    for (let i = 0; i < 3; i++) {
      const message = await channel.get('work');
      if (message) channel.reject(message, false);
    }
    const page = await visit.signedIn('#/queues/%2F/dead?tab=messages');
    await page.locator('.messages .line button').first().click();
    await page.getByText('and died in work: a consumer rejected it.').waitFor();
    await page.getByRole('button', { name: 'Move' }).click();
    await page.getByRole('dialog').getByText('each goes back to the queue in which it died last').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
    await page.getByText('3 moved, 0 left where they were').waitFor();
    expect((await channel.checkQueue('work')).messageCount).toBe(3);
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByRole('cell', { name: 'Done' }).waitFor();
    await page.close();
  });

  it('are published from a file, or from a long text that was pasted, and refused at once if the API does not take as much', async () => {
    await channel.assertQueue('filled');
    const page = await visit.signedIn('#/queues/%2F/filled');
    const open = async (): Promise<void> => page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog');
    const publish = async (): Promise<void> => dialog.getByRole('button', { name: 'Publish' }).click();
    await open();
    const bytes = Buffer.from([0, 0xff, 0x80, 1]);
    await dialog.getByLabel('Or a file as it is').setInputFiles({ name: 'x', mimeType: '', buffer: bytes });
    await publish();
    await dialog.waitFor({ state: 'detached' });
    expect(await channel.get('filled', { noAck: true })).toMatchObject({ content: bytes });
    await open();
    await dialog.waitFor();
    await page.evaluate(pasteOf(200_000));
    await publish();
    await dialog.waitFor({ state: 'detached' });
    const message = await channel.get('filled', { noAck: true });
    expect(message && message.content.toString()).toBe('é'.repeat(200_000));
    await open();
    await dialog.waitFor();
    await page.evaluate(pasteOf(10_000_000));
    await publish();
    await dialog.getByText('This is too large for the HTTP API: it would be sent as 25 MiB, and 19 MiB is').waitFor();
    await page.close();
  });

  it('are moved no further once the job is cancelled', async () => {
    await channel.assertQueue('many');
    for (let i = 0; i < 1000; i++) channel.sendToQueue('many', Buffer.from(String(i)));
    await channel.waitForConfirms();
    const body = { destination: { exchange: '', routing_key: 'dead' }, rate: 1 };
    expect((await apiOf(visit.broker)('POST', '/queues/%2F/many/redrive', { body })).status).toBe(202);
    const page = await visit.signedIn('#/jobs');
    const job = page.locator('tr', { hasText: 'many' });
    await job.getByRole('button', { name: 'Cancel' }).click();
    await job.getByText('Cancelled').waitFor();
    expect((await channel.checkQueue('many')).messageCount).toBeGreaterThan(0);
    await page.close();
  });

  it('that wait to be tried again are cancelled one by one', async () => {
    const retried = { 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 3_600_000 };
    await channel.assertQueue('retried', { arguments: retried });
    for (const text of ['first', 'second']) channel.sendToQueue('retried', Buffer.from(text));
    await channel.waitForConfirms();
    for (let i = 0; i < 2; i++) channel.nack((await channel.get('retried')) as amqp.GetMessage);
    const page = await visit.signedIn('#/queues/%2F/retried?tab=messages&state=delayed');
    const first = page.locator('.messages > li', { hasText: 'first' });
    await first.getByText('in 59 min').waitFor();
    await first.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).last().click();
    await first.waitFor({ state: 'detached' });
    expect(await page.locator('.messages > li').count()).toBe(1);
    await page.close();
  });

  it('of a stream are read from an offset on, and it is told how far behind its consumers are', async () => {
    for (let i = 0; i < 20; i++) channel.sendToQueue('log', Buffer.from(`entry ${i}`));
    await channel.waitForConfirms();
    const page = await visit.signedIn('#/queues/%2F/log?tab=messages&from=15');
    await expect.poll(() => page.locator('.messages > li').count()).toBe(5);
    await page.getByText('entry 15').waitFor();
    await page.getByLabel('From offset').fill('nowhere');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('alert').getByText('nowhere').waitFor();
    const reader = await client.createChannel();
    await reader.prefetch(4);
    await reader.consume('log', () => {}, { consumerTag: 'slow', arguments: { 'x-stream-offset': 'first' } });
    await page.goto(`${visit.address}#/queues/%2F/log?tab=consumers`);
    await expect.poll(() => page.locator('tr', { hasText: 'slow' }).innerText()).toMatch(/\s4\s+Active\s+1\d/);
    await reader.close();
    await page.close();
  });
});
