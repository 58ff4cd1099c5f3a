import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine, parseCsv } from './csv.ts';

test('whatever a cell holds comes back as it was', () => {
  const cell = fc.string({ unit: 'binary' }).filter((text) => !text.endsWith('\r'));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 5 }), (rows) => {
      expect(parseCsv(rows.map(csvLine).join(''))).toEqual(rows);
    }),
  );
});

test('a last line without its end is left out', () => {
  expect(parseCsv('a,b\nc,d\ne,')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test("another program's line ends are read too", () => {
  expect(parseCsv('a,b\r\nc,"d"\r\n')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});
