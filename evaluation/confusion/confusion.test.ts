import { expect, test } from 'vitest';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import { describeMatrix } from './describe-matrix.ts';
import { printMatrix } from './print-matrix.ts';
import { readMatrix } from './read-matrix.ts';

const PROTOTYPE = `1310,216,0,0,0,2
412,321,16,0,0,0
5,30,14,1,0,0
0,4,1,2,0,0
2,3,7,1,0,0
2,6,7,3,0,0
`;

test("the prototype's matrix gives its published accuracy and kappas", () => {
  const figures = describeMatrix(readMatrix(PROTOTYPE));
  expect(figures.n).toBe(2365);
  expect((figures.accuracy as number) * 100).toBeCloseTo(69.641, 3);
  expect(figures.kappa).toBeCloseTo(0.324, 3);
  expect(figures.quadraticKappa).toBeCloseTo(0.449, 3);
  expect((figures.alwaysZero.accuracy as number) * 100).toBeCloseTo(73.2, 1);
});

test('its soft accuracy does not follow: 2,324 hits make 94.1 % only of 247 films × 10 joints, scored or not', () => {
  const { published } = describeMatrix(readMatrix(PROTOTYPE));
  expect(published.map(({ figure, follows }) => [figure, follows])).toEqual([
    ['accuracy', true],
    ['within-1', false],
  ]);
  const { statement } = published[1]!;
  expect(statement).toContain('2324 of 2365');
  expect(statement).toContain('98.27 %');
  expect(statement).toContain('2470');
  expect(statement).toContain('the 105 of these that were never scored');
});

test("another matrix is held against a figure that one gives, with no word of the prototype's films", () => {
  const matrix = readMatrix(PROTOTYPE.replace('1310', '1311'));
  const [verdict] = describeMatrix(matrix, [{ figure: 'within-1', value: 0.9, decimals: 2 }]).published;
  expect(verdict!.follows).toBe(false);
  expect(verdict!.statement).not.toContain('247');
  expect(verdict!.statement).toContain('pairs without an answer');
});

test('a matrix of one grade prints why kappa is undefined', () => {
  const figures = describeMatrix(readMatrix(`9,0,0,0,0,0\n${'0,0,0,0,0,0\n'.repeat(5)}`));
  expect(printMatrix(figures)).toContain(
    'Cohen κ                    undefined, because both readings give the same one grade throughout',
  );
});

test('every problem of a matrix is said at once', () => {
  const read = () => readMatrix('p,1,2,3,4,5\n1,2\n0,0,0,0,0,-1\n');
  expect(read).toThrow(CannotEvaluate);
  expect(read).toThrow(/3 rows, not six/);
  expect(read).toThrow(/row 1: “p” is not a count/);
  expect(read).toThrow(/row 2 has 2 columns/);
  expect(read).toThrow(/row 3: “-1” is not a count/);
});

test('a matrix from a spreadsheet, with a byte-order mark and Windows line ends, is read', () => {
  expect(readMatrix(`\uFEFF${PROTOTYPE.replaceAll('\n', '\r\n')}`)).toEqual(readMatrix(PROTOTYPE));
});
