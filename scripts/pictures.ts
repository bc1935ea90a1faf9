/**
 * Takes the pictures of the page that README.md and docs/page.md show: from a broker that runs, with a shop's clients at work.
 * `node scripts/pictures.ts [FOLDER [SECONDS]]`: into docs/pictures, after a minute of traffic. It needs Debian's chromium, and looks best with fonts-inter.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import amqp, { type ConfirmChannel } from 'amqplib';
import { chromium, type Page } from 'playwright-core';
import { Broker } from '../src/index.ts';

const [folder = join(import.meta.dirname, '../docs/pictures'), seconds = '62'] = process.argv.slice(2);

/** Name, address, theme, and what is done before the picture is taken. */
const PICTURES: readonly (readonly [
  name: string,
  view: string,
  theme: string,
  act?: (page: Page) => Promise<unknown>,
])[] = [
  ['overview', '#/overview', 'light'],
  ['queue', '#/queues/%2F/orders.new', 'light'],
  [
    'messages',
    '#/queues/%2F/orders.dead?tab=messages',
    'light',
    async (page) => {
      await page.locator('.messages .line button').first().click();
      await page.locator('.message').waitFor();
    },
  ],
  ['exchange', '#/exchanges/%2F/orders', 'dark'],
];

mkdirSync(folder, { recursive: true });
const broker = await Broker.start({ port: 0, managementPort: 0 });
const client = await amqp.connect(broker.url, {
  clientProperties: { connection_name: 'web shop', product: 'amqplib', version: '2.3' },
});
const channel = await client.createConfirmChannel();
await openShop(channel);
const traffic = setInterval(() => sell(channel), 100);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 960 }, deviceScaleFactor: 1.5 });
  await page.goto(`http://localhost:${broker.managementPort}/`);
  await page.getByLabel('Name').fill('guest');
  await page.getByLabel('Password').fill('guest');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await delay(Number(seconds) * 1000);
  for (const [name, view, theme, act] of PICTURES) {
    await page.goto(`http://localhost:${broker.managementPort}/${view}`);
    await page.getByLabel('Appearance').selectOption(theme);
    await page.locator('h1').waitFor();
    await delay(1500);
    await act?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
} finally {
  clearInterval(traffic);
  await browser.close();
  await client.close();
  await broker.stop();
}

async function openShop(shop: ConfirmChannel): Promise<void> {
  await shop.assertExchange('orders', 'topic');
  await shop.assertExchange('orders.dead', 'fanout');
  await shop.assertExchange('reminders', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
  const dead = { 'x-dead-letter-exchange': 'orders.dead' };
  await shop.assertQueue('orders.new', { arguments: { ...dead, 'x-queue-type': 'quorum' } });
  await shop.assertQueue('orders.invoices', { arguments: { ...dead, 'x-max-length': 50_000 } });
  await shop.assertQueue('orders.mail', { arguments: { 'x-message-ttl': 3_600_000 } });
  await shop.assertQueue('orders.dead');
  await shop.assertQueue('orders.audit', { arguments: { 'x-queue-type': 'stream', 'x-max-age': '7D' } });
  await shop.bindQueue('orders.new', 'orders', 'order.created.#');
  await shop.bindQueue('orders.invoices', 'orders', 'order.paid');
  await shop.bindQueue('orders.mail', 'orders', 'order.*');
  await shop.bindQueue('orders.audit', 'orders', '#');
  await shop.bindQueue('orders.dead', 'orders.dead', '');
  await shop.prefetch(50);
  let taken = 0;
  await shop.consume('orders.new', (message) => {
    if (message === null) return;
    if (++taken % 40 === 0) shop.reject(message, false);
    else shop.ack(message);
  });
  await shop.consume('orders.invoices', (message) => message !== null && setTimeout(() => shop.ack(message), 400));
}

function sell(shop: ConfirmChannel): void {
  const many = 6 + Math.floor(5 * Math.sin(Date.now() / 9000)) + Math.floor(Math.random() * 4);
  for (let i = 0; i < many; i++) {
    const order = {
      id: 1000 + Math.floor(Math.random() * 9000),
      customer: 'Ada Lovelace',
      items: [{ sku: 'tea-42', count: 2 }],
      total: 31.8,
    };
    const options = {
      contentType: 'application/json',
      timestamp: Math.floor(Date.now() / 1000),
      headers: { tenant: 'acme' },
      persistent: true,
    };
    const key = i % 3 === 0 ? 'order.paid' : i % 3 === 1 ? 'order.created.eu' : 'order.shipped';
    shop.publish('orders', key, Buffer.from(JSON.stringify(order)), options);
  }
}
