/** The overview: is it well, what piles up. */
import amqp from 'amqplib';
import { expect, it } from 'vitest';
import { describePage } from '../support/page/browser.ts';

describePage('the overview', (visit) => {
  it('says that all is well, and how much there is', async () => {
    const client = await amqp.connect(visit.broker.url);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue('piling');
    const timestamp = Math.floor(Date.now() / 1000) - 7200;
    for (let i = 0; i < 12; i++) channel.sendToQueue('piling', Buffer.from('x'), { timestamp });
    await channel.waitForConfirms();
    const page = await visit.signedIn();
    await page.getByText('All is well').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(visit.address.length)));
    await page.reload();
    await page
      .getByRole('img', { name: /^Messages in queues/ })
      .locator('canvas')
      .waitFor();
    // What it shows first came with the page.
    expect(asked).toContain('api/nodes');
    expect(asked.filter((path) => ['api/whoami', 'api/overview'].includes(path))).toEqual([]);
    await expect.poll(() => page.locator('.one', { hasText: 'Ready' }).innerText()).toContain('12');
    const oldest = page.getByRole('region', { name: 'Oldest message at the head' });
    await oldest.getByRole('link', { name: 'piling' }).waitFor();
    expect(await oldest.innerText()).toContain('2 h');
    const publishing = setInterval(() => channel.sendToQueue('piling', Buffer.from('x')), 100);
    await page.getByRole('region', { name: 'Growing fastest' }).getByRole('link', { name: 'piling' }).waitFor();
    clearInterval(publishing);
    await page.getByRole('img', { name: /^Messages in queues: Ready [1-9]/ }).waitFor();
    await page.getByRole('button', { name: 'Hour' }).click();
    await expect.poll(() => page.url()).toContain('range=hour');
    await page.close();
    await client.close();
  });

  it('says in words what is wrong, and what to do', async () => {
    const page = await visit.signedIn();
    await page.route('**/api/nodes', async (route) => {
      const response = await route.fetch();
      const [node] = (await response.json()) as object[];
      await route.fulfill({ response, json: [{ ...node, disk_free_alarm: true, disk_free: 1024 }] });
    });
    await page.reload();
    await page.getByText('The disk is almost full, and publishers are blocked').waitFor();
    await page.close();
  });
});
