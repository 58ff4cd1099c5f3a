/** What every model of the repository promises, whoever trained it: held against the networks themselves. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesPerSample } from '../model-servers/server/model.ts';
import { openModelSession } from '../model-servers/server/model-session.ts';
import { readRepository } from '../model-servers/server/repository.ts';

const models = await readRepository(join(import.meta.dirname, '../model-servers/repository'));

/** Bytes of grey: even, black, white, a ramp, and noise of several seeds. */
function images(bytes: number): Uint8Array[] {
  const noise = (seed: number) => {
    let state = seed;
    return Uint8Array.from({ length: bytes }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state >> 16;
    });
  };
  const even = [0, 128, 255].map((grey) => new Uint8Array(bytes).fill(grey));
  const ramp = Uint8Array.from({ length: bytes }, (_, i) => (256 * i) / bytes);
  return [...even, ramp, ...[1, 2, 3, 4].map(noise)];
}

const hex = (buffer: ArrayBuffer, sample: number, of: number): string => {
  const bytes = Buffer.from(buffer);
  return bytes.subarray((sample * bytes.length) / of, ((sample + 1) * bytes.length) / of).toString('hex');
};

describe.each(models)('$key', (model) => {
  const [input] = model.inputs;
  const given = images(bytesPerSample(input!));

  test('takes one image of 8-bit grey', () => {
    expect(model.inputs).toHaveLength(1);
    expect(input).toMatchObject({ datatype: 'UINT8', dims: [1, expect.any(Number), expect.any(Number)] });
  });

  test('gives finite outputs for any image', async () => {
    const { session } = await openModelSession(model, 1);
    for (const image of given) {
      for (const output of await session.run(1, [image.slice().buffer])) {
        expect(new Float32Array(output).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('gives a sample the same outputs, bit for bit, at every batch size and place', async () => {
    const { session, warnings } = await openModelSession(model, 1);
    expect(warnings).toEqual([]);
    const alone = await Promise.all(given.map((image) => session.run(1, [image.slice().buffer])));
    for (let size = 2; size <= model.maxBatch; size++) {
      const batch = Array.from({ length: size }, (_, place) => (place + size) % given.length);
      const joined = Buffer.concat(batch.map((index) => given[index]!));
      const outputs = await session.run(size, [new Uint8Array(joined).buffer]);
      outputs.forEach((output, i) => {
        const each = batch.map((_, place) => hex(output, place, size));
        expect(each, `${model.outputs[i]!.name} in a batch of ${size}`).toEqual(
          batch.map((index) => hex(alone[index]![i]!, 0, 1)),
        );
      });
    }
  });
});
