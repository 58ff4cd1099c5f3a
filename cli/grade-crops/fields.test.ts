import { expect, test } from 'vitest';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { FIELDS, showField, weigh } from './fields.ts';

const answer = (grade: number, erosionPercent: number, scorable: number) => ({
  probabilities: [0, 1, 2, 3, 4, 5].map((each) => (each === grade ? 1 : 0)),
  erosionPercent,
  scorable,
});

test('an answer from a field that shows no joint hardly counts', () => {
  const { probabilities, erosionPercent } = weigh([answer(0, 0, 0.99), answer(5, 90, 0.1)]);
  expect(probabilities[0]).toBeGreaterThan(0.99);
  expect(erosionPercent).toBeLessThan(1);
});

test('a joint that two fields show can be scored, one that a single field of several shows cannot', () => {
  expect(weigh([answer(0, 0, 0.99), answer(0, 0, 0.9), answer(0, 0, 0.1)]).scorable).toBe(0.9);
  expect(weigh([answer(0, 0, 0.99), answer(0, 0, 0.2), answer(0, 0, 0.1)]).scorable).toBe(0.2);
  expect(weigh([answer(0, 0, 0.99)]).scorable).toBe(0.99);
});

test('fields that show the joint equally well count alike, however sure the network is', () => {
  const { probabilities, erosionPercent } = weigh([answer(1, 10, 1), answer(2, 30, 1), answer(1, 20, 1)]);
  expect(probabilities[1]).toBeCloseTo(2 / 3, 6);
  expect(probabilities.reduce((sum, each) => sum + each)).toBeCloseTo(1, 12);
  expect(erosionPercent).toBeCloseTo(20, 6);
});

test('a crop that no field shows a joint in gets numbers all the same, and is not scorable', () => {
  const { probabilities, scorable } = weigh([answer(0, 0, 0), answer(3, 50, 0)]);
  expect(probabilities.every(Number.isFinite)).toBe(true);
  expect(scorable).toBe(0);
});

/** A bright square of half the side, in the middle. */
function target(width: number, height: number): GreyImage {
  const side = Math.min(width, height) / 2;
  const pixels = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const within = Math.max(Math.abs(x + 0.5 - width / 2), Math.abs(y + 0.5 - height / 2)) < side / 2;
    return within ? 200 : 0;
  });
  return { width, height, pixels };
}

test.each([
  [150, 150],
  [150, 120],
  [60, 90],
])('a field is the middle of a crop of %i × %i pixels, without distortion', (width, height) => {
  const whole = showField(target(width, height), 1, 112);
  const half = showField(target(width, height), 0.5, 112);
  const brightShare = ({ pixels }: GreyImage) => pixels.filter((pixel) => pixel > 100).length / pixels.length;
  expect(brightShare(whole)).toBeCloseTo(0.25, 1);
  expect(brightShare(half)).toBeGreaterThan(0.96);
});

test('the whole crop is one of the fields, and the smallest still holds a joint of a generous crop', () => {
  expect(Math.max(...FIELDS)).toBe(1);
  expect(Math.min(...FIELDS)).toBeLessThan(0.5);
});
