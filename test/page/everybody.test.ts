/** The page for everybody: without a mouse, without sight, on a telephone; with names that mean harm, and with very many queues. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import amqp from 'amqplib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePage } from '../support/page/browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const THEMES = ['light', 'dark', 'contrast'] as const;
const HARM = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
const NAMES = [
  HARM,
  '.',
  '..',
  'a/b?c#d%2F&e=f',
  ' leading and trailing ',
  'quote\'"`',
  '日本語 🐇',
  '\u202Ereversed',
  'x'.repeat(255),
  'tab\there',
  '\u0000\u0001\u007f',
  '%2e%2E%00',
  "'; DROP TABLE queues; --",
];
const VIEWS = [
  '#/overview',
  '#/queues',
  '#/queues/%2F/plain',
  '#/queues/%2F/plain?tab=messages',
  '#/queues/%2F/plain?tab=bindings',
  '#/queues/%2F/plain?tab=consumers',
  '#/exchanges',
  '#/exchanges/%2F/amq.topic',
  '#/connections',
  '#/channels',
  '#/consumers',
  '#/delayed',
  '#/jobs',
  ...['vhosts', 'policies', 'users', 'permissions', 'topics', 'limits', 'definitions'].map(
    (tab) => `#/admin?tab=${tab}`,
  ),
];

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

const ALL_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Of them those that look at colours: themes differ in nothing else. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** What axe finds against WCAG 2.2 AA by these of its rules, or groups of rules. */
async function findings(page: Page, runOnly: readonly string[]): Promise<string[]> {
  // Of what is right it need not tell.
  const options = { runOnly, resultTypes: ['violations'] };
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** For people to look at: see CONTRIBUTING.md. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['LEVERET_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name.replace(/[^\w=]+/g, '-')}.png`) });
}

describePage('the page for everybody', (visit) => {
  beforeAll(async () => {
    const client = await amqp.connect(visit.broker.url);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue('plain');
    await channel.bindQueue('plain', 'amq.topic', 'a.key');
    channel.sendToQueue('plain', Buffer.from('{"a":1}'), { headers: { h: 'v' } });
    for (const name of NAMES) {
      await channel.assertQueue(name);
      await channel.bindQueue(name, 'amq.topic', HARM);
    }
    channel.sendToQueue(HARM, Buffer.from(HARM), { type: HARM, headers: { [HARM.slice(0, 100)]: HARM } });
    await channel.waitForConfirms();
    await client.close();
  });

  describe.each(THEMES)('in %s', (theme) => {
    it('keeps nobody from using it: axe finds nothing', async () => {
      const page = await visit.signedIn();
      await page.getByLabel('Appearance').selectOption(theme);
      // The policy lets no text become a script: the browser's own tools may.
      const session = await page.context().newCDPSession(page);
      await session.send('Runtime.evaluate', { expression: AXE });
      const rules = theme === THEMES[0] ? ALL_RULES : COLOUR_RULES;
      const found: string[] = [];
      for (const view of VIEWS) {
        await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
        await page.locator('h1').waitFor();
        await expect.poll(() => page.locator('tr.waiting').count()).toBe(0);
        await keepPicture(page, `${theme} ${view}`);
        found.push(...(await findings(page, rules)).map((finding) => `${view}: ${finding}`));
      }
      expect(found).toEqual([]);
      await page.close();
    });
  });

  it('is used by the keyboard alone', async () => {
    const page = await visit.signedIn();
    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the content' }).waitFor();
    await page.keyboard.press('Tab');
    for (let i = 0; i < 3 && !(await page.evaluate("document.activeElement?.textContent === 'Queues'")); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    await page.getByRole('button', { name: 'Add a queue' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('typed');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'typed' }).waitFor();
    await page.close();
  });

  it('fits a telephone', async () => {
    const page = await visit.signedIn('', { size: { width: 375, height: 740 } });
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
      await page.locator('h1').waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, view).toBe(375);
    }
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('link', { name: 'Exchanges' }).click();
    await page.getByRole('heading', { name: 'Exchanges' }).waitFor();
    await page.close();
  });

  it('shows each name as it is, leads to what has it, and never runs what is in it', async () => {
    const page = await visit.signedIn('#/queues');
    await page.getByRole('link', { name: '<img' }).waitFor();
    for (const name of NAMES) {
      await page.goto(`${visit.address}#/queues/%2F/${encodeURIComponent(name)}`);
      await page.getByRole('button', { name: 'Purge' }).waitFor();
      expect(await page.locator('h1').textContent()).toBe(name);
    }
    await page.goto(`${visit.address}#/queues/%2F/${encodeURIComponent(HARM)}?tab=messages`);
    await page.locator('.messages .line button').first().click();
    await expect.poll(() => page.locator('pre.body').innerText()).toBe(HARM);
    await page.goto(`${visit.address}#/queues/%2F/${encodeURIComponent(HARM)}?tab=bindings`);
    await page.getByRole('cell', { name: '<img' }).first().waitFor();
    await page.goto(`${visit.address}#/exchanges/%2F/amq.topic`);
    await page.locator('.picture').waitFor();
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('main img').count()).toBe(0);
    await page.close();
  });
});
