/** Signing in to the page, and out. RabbitMQ has nothing like it: its page keeps the password. */
import { textIn } from '../http/body.ts';
import { identify } from '../http/authentication.ts';
import { checkRole, UserPrincipal } from '../http/principal.ts';
import { notSignedIn } from '../http/problem.ts';
import { Reply, type Resource } from '../http/resource.ts';
import { checkPage } from '../http/sessions.ts';

export const session: Resource = {
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
      const by = { protocol: 'http', user: name, peer: peer.address, mechanism: 'session' } as const;
      context.audit?.record({ event: 'sign-in', outcome: 'success', ...by });
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
