import { expect, test } from 'vitest';
import { JOINT_NAMES, type JointName } from '../platform/domain/joints.ts';
import type { GreyImage } from '../platform/image/grey-image.ts';
import { renderHand } from './render-hand.ts';
import { findGap, greyAt } from './testing/find-gap.ts';

const SPACING_MM = 0.2;

test.each([1, 2, 3])(
  'the truth of hand %i lies in the dark gap between the two bones of each joint',
  (seed) => {
    const film = renderHand({ seed, spacingMm: SPACING_MM });
    for (const name of JOINT_NAMES) {
      const gap = findGap(film, film.truth.joints[name], SPACING_MM);
      expect(Math.abs(gap.offsetMm), name).toBeLessThanOrEqual(0.6);
      expect(gap.darkerThanProximal, name).toBeGreaterThan(25);
      expect(gap.darkerThanDistal, name).toBeGreaterThan(25);
    }
  },
);

test('it still does where a third of every joint is gone', () => {
  const lesions = Object.fromEntries(JOINT_NAMES.map((name) => [name, 30]));
  const film = renderHand({ seed: 4, lesions, spacingMm: SPACING_MM });
  for (const name of JOINT_NAMES) {
    const gap = findGap(film, film.truth.joints[name], SPACING_MM);
    expect(Math.abs(gap.offsetMm), name).toBeLessThanOrEqual(0.6);
  }
});

test('a left hand lies palm down: thumb on the right, knuckles in order, fingers up', () => {
  const { joints } = renderHand({ seed: 5, spacingMm: 0.5 }).truth;
  const across = ([1, 2, 3, 4, 5] as const).map((finger) => joints[`mcp${finger}`].x);
  expect(across).toEqual([...across].sort((a, b) => b - a));
  for (const finger of [1, 2, 3, 4, 5] as const) {
    expect(joints[`pip${finger}`].y).toBeLessThan(joints[`mcp${finger}`].y);
    expect(joints[`pip${finger}`].axis.y).toBeLessThan(0);
  }
});

const greyAround = (film: GreyImage, { x, y }: { x: number; y: number }): number => {
  const offsets = [-4, -2, 0, 2, 4];
  const greys = offsets.flatMap((dy) => offsets.map((dx) => greyAt(film, x + dx, y + dy)));
  return greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
};

test('of a missing finger both joints are marked, and its PIP joint is air', () => {
  const whole = renderHand({ seed: 6, spacingMm: 0.4 });
  const without = renderHand({ seed: 6, spacingMm: 0.4, missingFingers: [3, 4], lesions: { pip4: 70 } });
  const marked = JOINT_NAMES.filter((name) => without.truth.joints[name].missing);
  expect(marked).toEqual(['mcp3', 'mcp4', 'pip3', 'pip4'] satisfies JointName[]);
  expect(JOINT_NAMES.filter((name) => whole.truth.joints[name].missing)).toEqual([]);
  // What is not there is not eroded either.
  expect(without.truth.joints.pip4).toMatchObject({ erosionPercent: 0, grade: 0 });
  for (const name of ['pip3', 'pip4'] as const) {
    expect(greyAround(whole, whole.truth.joints[name])).toBeGreaterThan(60);
    expect(greyAround(without, without.truth.joints[name])).toBeLessThan(5);
  }
  expect(greyAround(without, without.truth.joints.pip2)).toBeGreaterThan(60);
});
