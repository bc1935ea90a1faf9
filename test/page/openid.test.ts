/** Signing in to the page by an identity provider: in a browser, which goes there and comes back. */
import { expect, it } from 'vitest';
import { Broker } from '../../src/index.ts';
import { describePage } from '../support/page/browser.ts';
import { TokenServer } from '../support/token-server.ts';

describePage('the page of a broker that takes tokens', (visit) => {
  it('lets in whom the identity provider lets in, and says if it does not', async () => {
    await using provider = await TokenServer.start();
    await using broker = await Broker.start({
      port: 0,
      managementPort: 0,
      authBackends: ['oauth2'],
      oauthResourceServerId: 'rabbitmq',
      oauthIssuer: provider.issuer,
      managementOauthClientId: 'page',
    });
    const page = await visit.tab();
    await page.goto(`http://localhost:${broker.managementPort}/`);
    provider.person = undefined;
    await page.getByRole('link', { name: 'Sign in with OpenID Connect' }).click();
    await page.getByRole('alert').getByText('did not let you in').waitFor();
    provider.person = { scope: 'rabbitmq.tag:administrator rabbitmq.read:*/*' };
    await page.getByRole('link', { name: 'Sign in with OpenID Connect' }).click();
    await page.locator('.shell').waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await page.locator('.shell').waitFor();
    await page.getByText('ann').first().waitFor();
    await page.close();
  });
});
