import { expect, test } from 'vitest';
import type { GreyBatch, ModelClient, When } from './model-client.ts';
import { oneCallForWhatWaits } from './one-call-for-what-waits.ts';

/** A model that adds one to each pixel of a 1 × 1 image, and answers when it is told to. */
function createModel() {
  const calls: { images: GreyBatch; when: When; answer(): void; fail(error: Error): void }[] = [];
  const infer: ModelClient['infer'] = (_model, version, _input, images, when) =>
    new Promise((resolve, reject) => {
      calls.push({
        images,
        when,
        answer: () =>
          resolve({ version, values: () => Float32Array.from(images.pixels, (grey) => grey + 1) }),
        fail: reject,
      });
    });
  return { calls, infer };
}

const grey = (value: number): GreyBatch => ({ batch: 1, height: 1, width: 1, pixels: Uint8Array.of(value) });
const sizes = ({ calls }: ReturnType<typeof createModel>) => calls.map(({ images }) => images.batch);

function createLine(maxBatch = 8) {
  const model = createModel();
  const infer = oneCallForWhatWaits(model, () => maxBatch);
  const ask = async (film: string, value: number, when: When = { deadline: 1000 }) => {
    const outputs = await infer(film, 'net', '1', 'image', grey(value), when);
    return [...outputs.values('out')];
  };
  return { model, ask };
}

test('the first sample goes at once and alone, those that come meanwhile go together, and each has its own answer', async () => {
  const { model, ask } = createLine();
  const answers = [10, 20, 30].map((value) => ask('film', value));
  expect(sizes(model)).toEqual([1]);
  model.calls[0]!.answer();
  await expect(answers[0]).resolves.toEqual([11]);
  await expect.poll(() => sizes(model)).toEqual([1, 2]);
  model.calls[1]!.answer();
  expect(await Promise.all(answers)).toEqual([[11], [21], [31]]);
});

test('samples of two films never share a call', () => {
  const { model, ask } = createLine();
  for (const film of ['one', 'other']) void ask(film, 1);
  expect(sizes(model)).toEqual([1, 1]);
});

test('no call is larger than the model takes', async () => {
  const { model, ask } = createLine(2);
  const answers = [1, 2, 3, 4].map((value) => ask('film', value));
  for (const expected of [[1], [1, 2], [1, 2, 1]]) {
    await expect.poll(() => sizes(model)).toEqual(expected);
    model.calls.at(-1)!.answer();
  }
  expect(await Promise.all(answers)).toEqual([[2], [3], [4], [5]]);
});

test('who went away while waiting is left out, and the rest goes on', async () => {
  const { model, ask } = createLine();
  const gone = new AbortController();
  const first = ask('film', 1);
  const leaving = ask('film', 2, { deadline: 1000, signal: gone.signal });
  const staying = ask('film', 3);
  gone.abort(new Error('gone'));
  model.calls[0]!.answer();
  await expect(leaving).rejects.toThrow('gone');
  await expect.poll(() => sizes(model)).toEqual([1, 1]);
  model.calls[1]!.answer();
  expect(await Promise.all([first, staying])).toEqual([[2], [4]]);
});

test('a shared call ends when nobody waits for it any longer, not before', async () => {
  const { model, ask } = createLine();
  const [one, other] = [new AbortController(), new AbortController()];
  void ask('film', 1);
  void ask('film', 2, { deadline: 1000, signal: one.signal });
  void ask('film', 3, { deadline: 2000, signal: other.signal });
  model.calls[0]!.answer();
  await expect.poll(() => sizes(model)).toEqual([1, 2]);
  const { deadline, signal } = model.calls[1]!.when;
  expect(deadline).toBe(2000);
  one.abort();
  expect(signal?.aborted).toBe(false);
  other.abort();
  expect(signal?.aborted).toBe(true);
});

test('a call that fails fails those in it, and the next goes on', async () => {
  const { model, ask } = createLine();
  const failing = ask('film', 1);
  const next = ask('film', 2);
  model.calls[0]!.fail(new Error('the model failed'));
  await expect(failing).rejects.toThrow('the model failed');
  await expect.poll(() => sizes(model)).toEqual([1, 1]);
  model.calls[1]!.answer();
  await expect(next).resolves.toEqual([3]);
});
