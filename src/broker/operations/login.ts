/** Whether somebody is who it says it is, by name and password (RabbitMQ: Access Control). */
import type { Auth } from '../access/auth.ts';

export interface Credentials {
  readonly user: string;
  readonly password: Buffer;
}

/** Why the user is not let in, for the log and never for the client; undefined if it is. `loopbackUsers` may come in from this machine only. */
export function refusalOf(
  auth: Auth,
  { user, password }: Credentials,
  loopbackUsers: readonly string[],
  fromLoopback: boolean,
): string | undefined {
  if (auth.authenticate(user, password) === undefined) return `wrong name or password for user '${user}'`;
  if (loopbackUsers.includes(user) && !fromLoopback) return `user '${user}' may only connect from this machine`;
  return undefined;
}
