/** Definitions with very long lists are read as JSON.parse reads them, but not all at once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonText } from '../../../src/broker/definitions/json-text.ts';
import { parseLongJson } from '../../../src/broker/definitions/long-json.ts';
import { atOnce } from '../../../src/util/steps.ts';

const filler = 'x'.repeat(5000);
/** Items long enough that a few are a piece. */
const item = fc.oneof(
  fc.constant({ name: filler }),
  fc.constant([filler, { a: '],[{}' }]),
  fc.jsonValue(),
  fc.constantFrom('"', '\\', '\\"', `${filler}"]`, '__proto__'),
);
const document = fc.oneof(
  fc.dictionary(fc.string(), fc.oneof(fc.array(item, { maxLength: 30 }), fc.jsonValue())),
  fc.array(item),
);

test('a text is read as JSON.parse reads it, whatever its lists hold', () => {
  const property = fc.property(document, fc.constantFrom(0, 2), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    expect(atOnce(parseLongJson(text))).toEqual({ document: JSON.parse(text) as unknown, repeated: [] });
  });
  fc.assert(property);
});

test('a long list is read in pieces', () => {
  const queues = Array.from({ length: 2000 }, (_, n) => ({ name: `q${n}`, vhost: '/', arguments: {} }));
  const steps = parseLongJson(JSON.stringify({ queues, vhosts: [] }));
  let pauses = 0;
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) pauses++;
  expect(next.value).toEqual({ document: { queues, vhosts: [] }, repeated: [] });
  expect(pauses).toBeGreaterThan(4);
});

test.each([
  ['an item', `{"a":[${'"b",'.repeat(9000)},"c"]}`],
  ['a bracket', `{"a":[${'"b",'.repeat(9000)}"c"}`],
  ['an end', `{"a":[${'"b",'.repeat(9000)}"c"]`],
  // It would take minutes if its end were looked for from each of its quotes.
  ['the end of a text', `{"a":"${'\\"'.repeat(150_000)}`],
  ['the end of a text, and of an escape in it', `{"a":"${'\\"'.repeat(150_000)}\\`],
])('a text that lacks %s is no JSON', (_what, text) => {
  expect(() => atOnce(readJsonText(text))).toThrow(SyntaxError);
});

test('a text of millions of characters may stand before a comma too many', () => {
  const { document: read } = atOnce(readJsonText(`{"a":"${filler.repeat(2000)}",}`));
  expect(read).toEqual({ a: filler.repeat(2000) });
});

test('a long list may have a comma behind its last item', () => {
  const { document: read, warnings } = atOnce(readJsonText(`{"a":[${'"b",'.repeat(9000)}]}`));
  expect(read).toEqual({ a: Array(9000).fill('b') });
  expect(warnings).toHaveLength(1);
});

const long = (name: string): string => `[${`"${name}",`.repeat(9000)}"end"]`;

test.each([
  ['long, then short', long('a'), '["b"]'],
  ['short, then long', '["b"]', long('a')],
  ['long twice', long('a'), long('b')],
  ['short twice', '["a"]', '["b"]'],
  ['long, then no list', long('a'), '"queues"'],
])('of a section that stands twice, %s, the last one counts, and it is told', (_what, first, second) => {
  for (const comma of ['', ',']) {
    // One by another spelling, and names that are values.
    const text = `{"queues":${first},"x":"queues","y":["x"],"q\\u0075eues":${second}${comma}}`;
    const { document: read, warnings } = atOnce(readJsonText(text));
    expect(read).toEqual(JSON.parse(text.replace(/,}$/, '}')));
    expect(warnings.slice(comma.length)).toEqual([
      { path: '$', text: 'has "queues" more than once: the last one counts' },
    ]);
  }
});

test.each([
  ['quotes', '\\"'],
  ['backslashes', '\\\\'],
])('a text may have millions of escaped %s, also before a comma too many', (_what, escape) => {
  const text = `"${escape.repeat(8_000_000)}"`;
  for (const comma of ['', ',']) {
    const { document: read } = atOnce(readJsonText(`{"a":${text}${comma}}`));
    expect((read as { readonly a: string }).a).toHaveLength(8_000_000);
  }
});

test('commas too many may have millions of blanks around them', () => {
  const blanks = ' '.repeat(8_000_000);
  expect(atOnce(readJsonText(`{"a":[1${blanks},${blanks}]}`)).document).toEqual({ a: [1] });
  expect(() => atOnce(readJsonText(`{"a":[1${blanks},${blanks},]}`))).toThrow(SyntaxError);
});
