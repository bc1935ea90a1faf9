/** What a server is asked about users, and what it answers. */

/** Which of the server's paths, and what it is asked. */
export type AuthQuestion = Readonly<Record<string, string>>;
export type AuthPath = 'user' | 'vhost' | 'resource' | 'topic';

/** `undefined`: there was no answer that makes sense. The tags are of a user. */
export type AuthAnswer = { readonly allowed: boolean; readonly tags: readonly string[] } | undefined;

/** What is asked, and never who asks: behind it may be a cache. */
export type Ask = (path: AuthPath, question: AuthQuestion) => Promise<AuthAnswer>;
