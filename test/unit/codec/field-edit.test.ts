import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayOf, decodeTable, editFields, encodeFieldValue, tableOf } from '../../../src/codec/field-table.ts';
import { octetText } from '../../../src/codec/octet-text.ts';
import { entry, octetHeaders, value } from '../../support/octet-headers.ts';

const one = encodeFieldValue({ type: 'signedint', value: 1 });
const hex = (fields: readonly Uint8Array[]): string => Buffer.concat(fields).toString('hex');

describe('editing a table', () => {
  it('leaves all other fields octet for octet, and in their order', () => {
    fc.assert(
      fc.property(octetHeaders, octetHeaders, (before, behind) => {
        const fields = Buffer.concat([...before, entry('changes', value('L', Buffer.alloc(8))), ...behind]);
        const edit = (changes: [string, Uint8Array | undefined][]): string =>
          editFields(fields, 0, fields.length, new Map(changes)).toString('hex');
        expect(edit([['changes', one]])).toBe(hex([...before, entry('changes', one), ...behind]));
        expect(edit([['changes', undefined]])).toBe(hex([...before, ...behind]));
        expect(edit([['\u00e4 new one', one]])).toBe(hex([fields, entry('\u00e4 new one', one)]));
      }),
    );
  });

  it('leaves one of several fields with the name that changes, at the place of the first', () => {
    const fields = Buffer.concat([entry('a', one), entry('b', one), entry('a', tableOf(entry('a', one)))]);
    const changes = new Map([['a', arrayOf([one, one])]]);
    expect(hex([editFields(fields, 0, fields.length, changes)])).toBe(
      hex([entry('a', value('A', Buffer.concat([one, one]))), entry('b', one)]),
    );
  });
});

describe('octets as text', () => {
  it('are the text where they are UTF-8, and confused with no others where they are not', () => {
    const octets = fc.uint8Array({ maxLength: 4 }).map((each) => Buffer.from(each));
    fc.assert(
      fc.property(octets, octets, fc.string({ unit: 'grapheme' }), (a, b, text) => {
        expect(octetText(a) === octetText(b)).toBe(a.equals(b));
        expect(octetText(Buffer.from(text))).toBe(text);
      }),
    );
    for (const other of ['f09f98', 'ff', 'c3']) expect(octetText(Buffer.from(other, 'hex'))).not.toBe('\ufffd');
  });

  it('keep names of headers apart', () => {
    const fields = Buffer.concat([
      entry(Buffer.from([0xff]), one),
      entry(Buffer.from([0xfe]), one),
      entry('\ufffd', one),
    ]);
    expect(decodeTable(fields, 0, fields.length).size).toBe(3);
  });
});
