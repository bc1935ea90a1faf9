/** Who may do what, which policy is for what, and all of it as a file. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describePage } from '../support/page/browser.ts';

describePage('the administration', (visit) => {
  it('makes a user, lets it in, and tells what it may do and by which rule', async () => {
    const page = await visit.signedIn('#/admin?tab=users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('shop');
    await dialog.getByLabel('Password').fill('secret');
    await dialog.getByLabel('Tags').fill('management, monitoring');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await expect.poll(() => page.locator('tr', { hasText: 'shop' }).innerText()).toContain('monitoring');
    await page.getByRole('link', { name: 'Permissions', exact: true }).click();
    await page.getByRole('button', { name: 'Set permissions' }).click();
    await dialog.getByLabel('User').selectOption('shop');
    await dialog.getByLabel('Write').fill('^amq\\.topic$');
    await dialog.getByRole('button', { name: 'Set permissions' }).click();
    await page.locator('tr', { hasText: 'shop' }).waitFor();
    await visit.broker.users.setTopicPermissions('shop', '/', 'amq.topic', { write: '^orders\\.', read: '.*' });
    const test = page.locator('section', { hasText: 'May this user do that?' });
    await test.getByLabel('User').selectOption('shop');
    await test.getByLabel('Routing key').fill('orders.new');
    await test.getByRole('button', { name: 'Ask the broker' }).click();
    await test.getByText('Yes, it may.').waitFor();
    await test.getByLabel('Routing key').fill('invoices.new');
    await test.getByRole('button', { name: 'Ask the broker' }).click();
    await test.getByText('The topic permission ^orders\\. does not allow it.').waitFor();
    await page.close();
  });

  it('shows what a policy would be for before it is set', async () => {
    const definition = { 'alternate-exchange': 'amq.direct' };
    await visit.broker.policies.set({ name: 'stronger', pattern: '^amq.fanout$', priority: 9, definition });
    const page = await visit.signedIn('#/admin?tab=policies');
    await page.getByRole('button', { name: 'Set a policy' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('mine');
    await dialog.getByLabel('Names (regular expression)').fill('^amq.(fanout|direct)$');
    await dialog.getByRole('button', { name: 'alternate-exchange' }).click();
    await dialog.getByRole('button', { name: 'What would it be for?' }).click();
    await dialog.getByText('It matches 2, and counts for 1 of them.').waitFor();
    await dialog.getByText('stronger counts').waitFor();
    await dialog.getByLabel('Names (regular expression)').fill('(');
    await dialog.getByRole('button', { name: 'Set a policy' }).click();
    await dialog.getByRole('alert').getByText('pattern should be regular expression').waitFor();
    await dialog.getByLabel('Names (regular expression)').fill('^mine');
    await dialog.getByRole('button', { name: 'Set a policy' }).click();
    await page.locator('tr', { hasText: '^mine' }).waitFor();
    await page.close();
  });

  it('gives the definitions as a file, takes them back, and says what is wrong with others', async () => {
    const page = await visit.signedIn('#/admin?tab=definitions');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const text = await readFile(await (await coming).path(), 'utf8');
    const { users } = JSON.parse(text) as { users: { name: string }[] };
    expect(users.map(({ name }) => name)).toContain('guest');
    const upload = async (content: string): Promise<void> => {
      await page
        .getByLabel('File')
        .setInputFiles({ name: 'd.json', mimeType: 'application/json', buffer: Buffer.from(content) });
      await page.getByRole('dialog').getByRole('button', { name: 'Upload' }).click();
    };
    await page.getByRole('button', { name: 'Upload' }).click();
    await upload('{"queues":[{"name":"q","vhost":"nowhere","durable":true,"auto_delete":false,"arguments":{}}]}');
    await page.getByRole('alert').getByText('queues[0]').waitFor();
    await upload(text);
    await page.getByText('All of it is there.').waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    await upload('{"queues":[],"shovels":[]}');
    await page.getByText('but for what the importer says of one place').waitFor();
    await page.getByText('$.shovels').waitFor();
    await page.close();
  });

  it('adds a virtual host with limits and topic permissions, changes a policy, and takes all of it back', async () => {
    const page = await visit.signedIn('#/admin?tab=vhosts');
    const dialog = page.getByRole('dialog');
    const row = (text: string) => page.locator('tr', { hasText: text });
    const inDialog = async (button: string, fill: () => Promise<void>): Promise<void> => {
      await page.getByRole('button', { name: button }).first().click();
      await fill();
      await dialog.getByRole('button', { name: button }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    const removed = async (text: string): Promise<void> => {
      await row(text).getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await row(text).waitFor({ state: 'detached' });
    };
    await inDialog('Add a virtual host', () => dialog.getByLabel('Name').fill('meadow'));
    await row('meadow').waitFor();

    await page.goto(`${visit.address}#/admin?tab=limits`);
    await inDialog('Set a limit', async () => {
      await dialog.getByLabel('Virtual host').selectOption('meadow');
      await dialog.locator('select[name=limit]').selectOption('max-queues');
      await dialog.getByLabel('At most').fill('7');
    });
    await expect.poll(() => row('meadow').innerText()).toMatch(/max-queues\s+7/);
    await removed('meadow');

    await page.goto(`${visit.address}#/admin?tab=topics`);
    await inDialog('Set topic permissions', async () => {
      await dialog.getByLabel('Exchange').fill('amq.topic');
      await dialog.getByLabel('Write').fill('^hares\\.');
    });
    await row('^hares\\.').waitFor();
    await removed('^hares\\.');

    await visit.broker.policies.set({ name: 'short', pattern: '^s', definition: { 'max-length': 5 } });
    await page.goto(`${visit.address}#/admin?tab=policies`);
    await row('short').getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Names (regular expression)').fill('^shorter');
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await row('^shorter').waitFor();
    await removed('^shorter');
    await page.goto(`${visit.address}#/admin?tab=vhosts`);
    await removed('meadow');
    await page.close();
  });
});
