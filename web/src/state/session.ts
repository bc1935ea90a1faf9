/** Who is signed in, and what its tags let it see (RabbitMQ: Management Plugin, "Access and Permissions"). */
import { known } from '../api/known.ts';
import { ApiError, ask, heard } from '../api/client.ts';
import { forgetSent, sentAlong } from '../api/sent.ts';
import { Signal, useSignal } from './signal.ts';

export interface User {
  readonly name: string;
  readonly tags: readonly string[];
}

type Role = 'policymaker' | 'monitoring' | 'administrator';

/** Undefined until it is known; null if nobody is. */
export const user = new Signal<User | null | undefined>(sentAlong('/whoami'));

/** True once somebody was signed in: then the session ended. */
let wasSignedIn = known(user.value);
user.watch(() => (wasSignedIn ||= known(user.value)));
user.watch(forgetSent);
heard.signedOut = () => (user.value = null);

export function sessionEnded(): boolean {
  return wasSignedIn;
}

/** Asks the broker whether the browser has a session. Rejects with ApiError if it cannot say. */
export async function resume(): Promise<void> {
  try {
    user.value = await ask<User>('GET', '/whoami');
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    user.value = null;
  }
}

/** Rejects with ApiError. */
export async function signIn(username: string, password: string): Promise<void> {
  user.value = await ask<User>('POST', '/session', { body: { username, password } });
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/session');
  wasSignedIn = false;
  user.value = null;
}

/** What is not allowed is not shown. The broker lets nobody in whose tags do not allow the views themselves. */
export function useMay(): (role: Role) => boolean {
  const tags = useSignal(user)?.tags ?? [];
  return (role) => tags.includes('administrator') || tags.includes(role);
}
