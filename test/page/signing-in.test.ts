/** Signing in to the page, and out: in a browser. */
import { expect, it } from 'vitest';
import { Broker } from '../../src/index.ts';
import { describePage, signIn } from '../support/page/browser.ts';

describePage('the page', (visit) => {
  it('lets in who has a password, keeps its session where no script reads it, and goes on where the link leads', async () => {
    const page = await visit.tab();
    await page.goto(`${visit.address}#/queues?sort=messages`);
    await page.getByLabel('Name').fill('guest');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('do not fit together').waitFor();
    await page.getByLabel('Password').fill('guest');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    await page.reload();
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    await page.close();
  });

  it('lets nobody in any more who signed out', async () => {
    const page = await visit.signedIn();
    const [{ name, value }] = await page.context().cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Leveret' }).waitFor();
    const headers = { 'x-leveret-page': '1', cookie: `${name}=${value}` };
    expect((await fetch(`${visit.address}api/whoami`, { headers })).status).toBe(401);
    await page.close();
  });

  it('shows nobody what its tags do not allow', async () => {
    await visit.broker.users.create('narrow', 'narrow', ['management']);
    const page = await visit.signedIn('', { user: 'narrow' });
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByRole('link', { name: 'Virtual hosts' }).waitFor();
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await page.close();
  });

  it('asks for the page anew if the broker is of another version than the one that it came from', async () => {
    const page = await visit.signedIn();
    await expect
      .poll(() => page.evaluate('performance.getEntriesByType("resource").map(({ name }) => name).join()'))
      .toContain('leveret_version');
    await page.route('**/api/overview?columns=leveret_version*', (route) =>
      route.fulfill({ json: { leveret_version: '99.0.0' } }),
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page);
    await page.getByText('The broker is Leveret 99.0.0 now.').waitFor();
    await page.getByRole('button', { name: 'Load its page' }).click();
    await page.getByText('The broker is Leveret 99.0.0 now.').waitFor({ state: 'detached' });
    await page.locator('.shell').waitFor();
    await page.close();
  });

  it('says that the broker is away, and goes on when it is back', async () => {
    const page = await visit.signedIn();
    await page.context().setOffline(true);
    await page.getByText('The broker does not answer.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('The broker does not answer.').waitFor({ state: 'detached' });
    await page.close();
  });

  it('outlives the broker: it says that it is away, and goes on where it was when another has started', async () => {
    const first = await Broker.start({ port: 0, managementPort: 0 });
    const { managementPort } = first;
    const page = await visit.tab();
    await page.goto(`http://localhost:${managementPort}/#/queues?name=kept`);
    await signIn(page);
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    await first.stop();
    await page.getByText('The broker does not answer.').waitFor();
    await using second = await Broker.start({ port: 0, managementPort: managementPort! });
    await page.getByText('Your session has ended').waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'Queues and streams' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('kept');
    expect(await page.getByRole('button', { name: 'Load its page' }).count()).toBe(0);
    await page.close();
    expect(second.managementPort).toBe(managementPort);
  });
});
