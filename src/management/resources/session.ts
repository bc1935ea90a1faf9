/** Signing in to the page, and out. RabbitMQ has nothing like it: its page keeps the password. */
import type { ManagementContext } from '../context.ts';
import { textIn } from '../http/body.ts';
import type { Peer } from '../http/entrance.ts';
import { identify } from '../http/authentication.ts';
import { checkRole, UserPrincipal } from '../http/principal.ts';
import { OpenIdError } from '../http/openid.ts';
import { noObject, notSignedIn } from '../http/problem.ts';
import { Reply, type Resource } from '../http/resource.ts';
import { checkPage } from '../http/sessions.ts';

/** Reached by the browser itself, and not by the page's scripts: it is sent to the identity provider, and comes back with a code. */
const openId: Resource = {
  path: '/session/openid',
  GET: {
    role: 'anyone',
    accepts: 'text/html',
    handle: async ({ context, openId: signIn, query, headers, peer, sessions }) => {
      if (signIn === undefined) throw noObject();
      const browser = { headers, secure: peer.secure };
      try {
        if (!query.has('state')) return new Reply(302, await signIn.begin(browser));
        const token = await signIn.finish(query.get('code') ?? '', query.get('state')!, browser);
        const identity = await identify(context, { user: '', password: Buffer.from(token) }, peer);
        if (identity === undefined || !new UserPrincipal(identity).has('management')) return TO_PAGE_REFUSED;
        tellSignIn(context, identity.name, peer, 'openid');
        return new Reply(302, { ...TO_PAGE, 'set-cookie': sessions.open(identity, headers, peer.secure) });
      } catch (error) {
        if (!(error instanceof OpenIdError)) throw error;
        context.log.warn({ peer: peer.address, reason: error.message }, 'sign-in by OpenID Connect failed');
        return TO_PAGE_REFUSED;
      }
    },
  },
};

/** From where that is. */
const TO_PAGE = { location: '../../' };
const TO_PAGE_REFUSED = new Reply(302, { location: '../../?refused' });

function tellSignIn({ audit }: ManagementContext, user: string, { address: peer }: Peer, mechanism: string): void {
  audit?.record({ event: 'sign-in', outcome: 'success', protocol: 'http', user, peer, mechanism });
}

const byPassword: Resource = {
  path: '/session',
  POST: {
    role: 'anyone',
    handle: async ({ context, headers, body, peer, sessions }) => {
      checkPage(headers);
      const credentials = { user: textIn(body, 'username', ''), password: Buffer.from(textIn(body, 'password', '')) };
      const identity = await identify(context, credentials, peer);
      if (identity === undefined) throw notSignedIn('Login failed');
      checkRole(new UserPrincipal(identity), 'management');
      const { name, tags } = identity;
      tellSignIn(context, name, peer, 'session');
      return new Reply(
        200,
        { 'content-type': 'application/json', 'set-cookie': sessions.open(identity, headers, peer.secure) },
        Buffer.from(JSON.stringify({ name, tags })),
      );
    },
  },
  DELETE: {
    role: 'anyone',
    handle: ({ headers, peer, sessions }) => {
      checkPage(headers);
      return new Reply(204, { 'set-cookie': sessions.close(headers, peer.secure) });
    },
  },
};

export const session: readonly Resource[] = [byPassword, openId];
