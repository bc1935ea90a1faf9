/**
 * How soon the page shows something: `node scripts/paint.ts [TIMES]`, on a machine that does nothing else, after `npm run build`. Each time a browser that has nothing
 * of the page yet asks for it: for the form to sign in, and, signed in, for the overview until its figures stand there. Beside them a page of one word, which
 * says what the browser alone takes. It needs Debian's chromium.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { Broker } from '../src/index.ts';

const TIMES = Number(process.argv[2] ?? 15);
/** True in the page as soon as what a person came for is there. */
const SEEN = {
  word: `document.querySelector('h1') !== null`,
  form: `document.querySelector('form button') !== null`,
  overview: `[...document.querySelectorAll('.one-value')].some(({ textContent }) => /[0-9]/.test(textContent))`,
};

const broker = await Broker.start({ port: 0, managementPort: 0 });
const address = `http://localhost:${broker.managementPort}/`;
const one = createServer((_, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>One word</title><h1>Hello</h1>');
}).listen(0);
const word = `http://localhost:${(one.address() as AddressInfo).port}/`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const words: number[] = [];
  const forms: number[] = [];
  const overviews: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    words.push(await paint(browser, word, SEEN.word));
    forms.push(await paint(browser, address, SEEN.form));
    overviews.push(await paint(browser, address, SEEN.overview, signIn));
  }
  tell('a page of one word', words);
  tell('the form to sign in', forms);
  tell('the overview with its figures', overviews);
} finally {
  await browser.close();
  one.close();
  await broker.stop();
}

/** Milliseconds from the request to the frame behind the one in which `isSeen` is true. `before`: done before, with the same cookies and nothing else kept. */
async function paint(
  browser: Browser,
  place: string,
  isSeen: string,
  before?: (page: Page) => Promise<void>,
): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(
    `const look = () => requestAnimationFrame(${isSeen} ? () => (window.seenAt = performance.now()) : look);
     look();`,
  );
  await before?.(page);
  await page.goto('about:blank');
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await page.goto(place);
  // The page's policy lets no text become a script, and so none that waits there.
  for (;;) {
    const seenAt = await page.evaluate<number | undefined>('window.seenAt');
    if (seenAt === undefined) {
      await delay(5);
      continue;
    }
    await context.close();
    return seenAt;
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Name').fill('guest');
  await page.getByLabel('Password').fill('guest');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.shell').waitFor();
}

function tell(what: string, times: number[]): void {
  times.sort((a, b) => a - b);
  const [least, middle] = [times[0], times[times.length >> 1]].map(Math.round);
  process.stdout.write(`${what}: ${middle} ms (least ${least})\n`);
}
