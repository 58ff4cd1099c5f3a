/** Bytes spoilt the way that disks, networks and people spoil them; what fast-check draws and shrinks. */
import fc from 'fast-check';

/** Places are shares of the length, so that a mutation means something for a file of any size. */
export type Mutation =
  | { kind: 'flip'; at: number; value: number }
  | { kind: 'number'; at: number; value: number }
  | { kind: 'cut'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'end'; at: number };

/** Evenly: doubles as fast-check draws them are mostly next to nothing. */
const share = (most: number) =>
  fc.integer({ min: 0, max: 1e6 }).map((millionths) => (millionths / 1e6) * most);
/** A quarter of all places lie in the first fiftieth, where the headers are; without bias to the very first byte. */
const place = fc.noBias(fc.oneof({ weight: 3, arbitrary: share(1) }, { weight: 1, arbitrary: share(0.02) }));
const length = fc.integer({ min: 1, max: 400 });
const AWKWARD = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: place, value: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constant('number' as const), at: place, value: fc.constantFrom(...AWKWARD) }),
    fc.record({ kind: fc.constant('cut' as const), at: place, length }),
    fc.record({ kind: fc.constant('repeat' as const), at: place, length }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    fc.record({ kind: fc.constant('end' as const), at: place }),
  ),
  { minLength: 1, maxLength: 3 },
);

export const mutate = (bytes: Uint8Array, list: readonly Mutation[]): Uint8Array =>
  list.reduce(apply, Uint8Array.from(bytes));

function apply(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const at = Math.min(bytes.length - 1, Math.floor(mutation.at * bytes.length));
  if (at < 0) return bytes;
  switch (mutation.kind) {
    case 'flip':
      bytes[at]! ^= mutation.value;
      return bytes;
    case 'number':
      if (at + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(at, mutation.value);
      return bytes;
    case 'cut':
      return joined(bytes.subarray(0, at), bytes.subarray(at + mutation.length));
    case 'repeat':
      return joined(bytes.subarray(0, at + mutation.length), bytes.subarray(at));
    case 'insert':
      return joined(bytes.subarray(0, at), mutation.bytes, bytes.subarray(at));
    case 'end':
      return bytes.slice(0, at);
  }
}

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
