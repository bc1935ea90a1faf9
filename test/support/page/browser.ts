/** Debian's Chromium, headless, as a person sits before it. It ends with whoever started it: they speak by a pipe. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { describeClient } from '../interop/programs.ts';
import { PATIENCE } from '../patience.ts';

/** The same browser in two forms: the first, without its windows, takes less than half the CPU of the second. */
const INSTALLED = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const CHROMIUM = process.env['LEVERET_TEST_CHROMIUM'] ?? INSTALLED.find((path) => existsSync(path));

/** One broker and one browser for the tests of a file. */
export interface Visit {
  readonly broker: Broker;
  /** Where the page is. */
  readonly address: string;
  /** A tab in which nobody is signed in, of this size in pixels. What goes wrong in its scripts, or what its policy forbids, fails the test. */
  tab(size?: Size): Promise<Page>;
  /** A tab in which guest, or another with the same password as its name, is signed in, at a view such as `#/queues`. */
  signedIn(view?: string, options?: { readonly user?: string; readonly size?: Size }): Promise<Page>;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const DESKTOP: Size = { width: 1440, height: 900 };

/** Tests in a browser; skipped, with a word, if there is none. */
export function describePage(name: string, body: (visit: Visit) => void): void {
  const missing = CHROMIUM === undefined ? 'There is no Chromium: apt-get install chromium-headless-shell.' : undefined;
  describeClient(name, { missing, required: true }, () => {
    let browser: Browser;
    let broker: Broker;
    beforeAll(async () => {
      broker = await Broker.start({ port: 0, managementPort: 0 });
      const args = ['--no-sandbox', '--disable-gpu'];
      browser = await chromium.launch({ executablePath: CHROMIUM!, args, timeout: PATIENCE });
    });
    afterAll(async () => {
      await browser?.close();
      await broker?.stop();
    });
    const visit: Visit = {
      get broker() {
        return broker;
      },
      get address() {
        return `http://localhost:${broker.managementPort}/`;
      },
      tab: async (size = DESKTOP) => openTab(browser, size),
      signedIn: async (view = '', { user = 'guest', size = DESKTOP } = {}) => {
        const page = await visit.tab(size);
        await page.goto(visit.address + view);
        await signIn(page, user);
        await page.locator('.shell').waitFor();
        return page;
      },
    };
    body(visit);
  });
}

/** As guest, or another with the same password as its name. */
export async function signIn(page: Page, user = 'guest'): Promise<void> {
  await page.getByLabel('Name').fill(user);
  await page.getByLabel('Password').fill(user);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function openTab(browser: Browser, viewport: Size): Promise<Page> {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    // What is refused, and a broker that is away, are no faults of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  const close = page.close.bind(page);
  page.close = async () => {
    await close();
    expect(complaints).toEqual([]);
  };
  return page;
}
