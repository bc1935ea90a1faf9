/** AMQP over WebSocket in a browser, by amqp-client.js as it is published: from a page of the broker's own address, and from another site's. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describePage } from '../support/page/browser.ts';

const CLIENT = readFileSync(
  new URL('../../node_modules/@cloudamqp/amqp-client/dist/amqp-websocket-client.mjs', import.meta.url),
  'utf8',
);

/** What the page does: resolves with what it heard. */
const WORK = `async (url) => {
  const { AMQPWebSocketClient } = await import('/amqp-websocket-client.mjs');
  const client = new AMQPWebSocketClient({ url, heartbeat: 1 });
  const connection = await client.connect().catch((error) => String(error.message ?? error.type));
  if (typeof connection === 'string') return connection;
  const channel = await connection.channel();
  const { name } = await channel.queueDeclare('', { exclusive: true });
  const large = 'x'.repeat(400_000);
  const heard = [];
  const all = new Promise((resolve) => {
    channel.basicConsume(name, { noAck: false }, (message) => {
      heard.push(message.bodyString());
      message.ack();
      if (heard.length === 3) resolve();
    });
  });
  for (const body of ['one', large, 'three']) await channel.basicPublish('', name, body);
  await all;
  const state = connection.closed;
  await connection.close();
  return [heard[0], heard[1] === large, heard[2], state];
}`;

/** Another site on this machine, which has a page and amqp-client.js; returns its address. A site that only the test made up would be kept from this machine by the browser. */
async function otherSite(): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url?.endsWith('.mjs') === true;
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? CLIENT : '<!doctype html><title>client</title>');
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

describePage('a page that speaks AMQP', (visit) => {
  const work = () => `(${WORK})(${JSON.stringify(`${visit.address.replace('http', 'ws')}ws/amqp`)})`;

  it('is served as any client is', async () => {
    const page = await visit.tab();
    await page.route('**/*.mjs', (route) => route.fulfill({ contentType: 'text/javascript', body: CLIENT }));
    await page.goto(visit.address);
    expect(await page.evaluate(work())).toEqual(['one', true, 'three', false]);
    await page.close();
  });

  it("is refused if it is another site's", async () => {
    const page = await (await visit.tab()).context().browser()!.newPage();
    await page.goto(await otherSite());
    const told = page.waitForEvent('console');
    expect(await page.evaluate(work())).toBe('error');
    expect((await told).text()).toMatch(/403/);
    await page.close();
  });
});
