/** What a row says about the bodies of its page, and that a row of before, which says less, is read. */
import { expect, test } from 'vitest';
import { bodiesIn, bytesOf, storedBodies } from '../../../../src/store/engine/page-bodies.ts';

const REFERENCES = Float64Array.of(0, 7, 3, 2 ** 40);

test.each([
  ['nothing', {}],
  ['the size', { bodyBytes: 2 ** 33 }],
  ['that there is no body', { bodyBytes: 0 }],
  ['references', { bodies: REFERENCES }],
  ['both', { bodyBytes: 12, bodies: REFERENCES }],
])('%s comes back', (_what, said: ReturnType<typeof bodiesIn>) => {
  expect(bodiesIn(storedBodies(said.bodyBytes, said.bodies))).toEqual(said);
});

test('a row of before schema version 8 has references alone', () => {
  expect(bodiesIn(bytesOf(REFERENCES))).toEqual({ bodies: REFERENCES });
});
