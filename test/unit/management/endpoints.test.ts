/** `spec/http-api.json` and the endpoints that there are say the same. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Verb } from '../../../src/management/http/resource.ts';
import { RESOURCES } from '../../../src/management/resources.ts';

interface Row {
  readonly method: Verb;
  readonly path: string;
  /** Who may: a tag of the user, any user with a password, or anyone. */
  readonly role: string;
}

const VERBS: readonly Verb[] = ['GET', 'PUT', 'POST', 'DELETE'];

it('spec/http-api.json has a row for each method of each endpoint, and no other', () => {
  const file = new URL('../../../spec/http-api.json', import.meta.url);
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Row[];
  const there = RESOURCES.flatMap((resource) =>
    VERBS.flatMap((method): Row[] => {
      const { role } = resource[method] ?? {};
      return role === undefined ? [] : [{ method, path: `/api${resource.path}`, role }];
    }),
  );
  const sorted = (list: readonly Row[]): string[] =>
    list.map(({ method, path, role }) => `${path} ${method} ${role}`).sort();
  expect(sorted(rows)).toEqual(sorted(there));
});
