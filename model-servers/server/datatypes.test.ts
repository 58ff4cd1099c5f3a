import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InferTensorContents } from '#proto/inference/grpc_service.ts';
import { countValues, DATATYPES, type Datatype, decodeValues, encodeValues } from './datatypes.ts';

const NONE = decodeValues('UINT8', new Uint8Array());
const contents = (datatype: Datatype, values: unknown[]): InferTensorContents => ({
  ...NONE,
  [DATATYPES[datatype].contents]: values,
});

test.each(Object.keys(DATATYPES) as Datatype[])(
  '%s bytes survive the way to typed contents and back',
  (datatype) => {
    const { bytes } = DATATYPES[datatype];
    const anyBytes = fc
      .uint8Array({ maxLength: 64 })
      .map((array) => array.subarray(0, array.length - (array.length % bytes)));
    fc.assert(
      fc.property(anyBytes, (given) => {
        const values = decodeValues(datatype, given);
        expect(countValues(values)).toBe(given.length / bytes);
        const back = encodeValues(datatype, values)!;
        // Not-a-numbers come in many patterns, and any byte but 0 is true: the values stay, not each bit.
        expect(decodeValues(datatype, back)).toEqual(values);
        if (datatype.includes('INT')) expect(back).toEqual(given);
      }),
    );
  },
);

test.each<[Datatype, number]>([
  ['UINT8', 256],
  ['INT8', -129],
  ['INT8', 128],
  ['UINT16', 65_536],
  ['INT16', 40_000],
])('%s refuses %d', (datatype, value) => {
  expect(encodeValues(datatype, contents(datatype, [value]))).toBeUndefined();
});

test('values are little-endian', () => {
  expect(encodeValues('UINT16', contents('UINT16', [258]))).toEqual(Uint8Array.of(2, 1));
});
