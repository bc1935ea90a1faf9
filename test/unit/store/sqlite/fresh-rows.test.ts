import { expect, it } from 'vitest';
import { FreshRows } from '../../../../src/store/sqlite/fresh-rows.ts';

it('counts the bytes of what was added and is still there', () => {
  const rows = new FreshRows();
  rows.addPage(1, 100);
  rows.addPage(2, 20);
  rows.addBody(1, 0, 3);
  expect(rows.bytes).toBe(123);
  rows.dropPage(1);
  rows.dropPage(1);
  rows.dropPage(77);
  rows.dropBody(1);
  expect(rows.bytes).toBe(20);
  rows.clear();
  expect(rows.bytes).toBe(0);
  // What was there before is in the file already.
  rows.dropPage(2);
  expect(rows.bytes).toBe(0);
});

it('counts once what a batch adds that fails and is tried again', () => {
  const rows = new FreshRows();
  for (let attempt = 0; attempt < 3; attempt++) {
    rows.addPage(1, 100);
    rows.addBody(2, 0, 10);
    rows.addBody(2, 10, 5);
  }
  expect(rows.bytes).toBe(115);
});

it('counts the parts of a body that came since the last checkpoint', () => {
  const rows = new FreshRows();
  rows.addBody(1, 0, 100);
  rows.clear();
  rows.addBody(1, 100, 20);
  rows.addBody(1, 120, 3);
  expect(rows.bytes).toBe(23);
  rows.dropBody(1);
  expect(rows.bytes).toBe(0);
});
