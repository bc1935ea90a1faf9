/** Asking a control port. */
import { WaitError } from '../waits.ts';

/** Resolves with the answer. Rejects with WaitError for a wait that was in vain, with Error for what else the control port refuses. */
export type Ask = <Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<Answer>;

export function asker(controlUrl: string): Ask {
  return async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(new URL(path, controlUrl), {
      method,
      body: body === undefined ? null : JSON.stringify(body, asJson),
    });
    const text = (await response.text()).trimEnd();
    if (response.status === 408) throw new WaitError(text);
    if (!response.ok) throw new Error(text);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
}

/** A path with a query of what is said. */
export function withQuery(path: string, said: Readonly<Record<string, string | undefined>>): string {
  const query = Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${path}?${new URLSearchParams(query).toString()}`;
}

/** Patterns as the control port takes them. Throws TypeError for a function, which cannot go to another process. */
function asJson(name: string, value: unknown): unknown {
  if (value instanceof RegExp) return { pattern: value.source, flags: value.flags };
  if (typeof value !== 'function') return value;
  throw new TypeError(`${name} is a function, which a broker in another process cannot call`);
}
