import { expect, test } from 'vitest';
import { jsonTable } from '../../../src/codec/json-table.ts';
import type { FieldTable, FieldValue } from '../../../src/protocol/field-table.ts';

const forms = { integer: (value: bigint) => `integer ${value}`, bytes: (value: Buffer) => value.toString('hex') };

test('a table is JSON at every depth, in the forms that were asked for', () => {
  const values: Record<string, FieldValue> = {
    text: { type: 'longstr', value: 'é' },
    bytes: { type: 'longstr', value: Buffer.of(0xff, 0) },
    large: { type: 'long', value: 2n ** 60n },
    moment: { type: 'timestamp', value: 1_700_000_000n },
    decimal: { type: 'decimal', value: { unscaled: 125, scale: 2 } },
    nothing: { type: 'void' },
  };
  const shown = {
    text: 'é',
    bytes: 'ff00',
    large: `integer ${2n ** 60n}`,
    moment: 1_700_000_000,
    decimal: 1.25,
    nothing: null,
  };
  const table: FieldTable = new Map(Object.entries(values));
  const outer: FieldTable = new Map<string, FieldValue>([
    ['table', { type: 'table', value: table }],
    ['array', { type: 'array', value: [...table.values()] }],
  ]);
  expect(jsonTable(outer, forms)).toEqual({ table: shown, array: Object.values(shown) });
});
