import { expect, test } from 'vitest';
import { gradeOfPercent } from '../platform/domain/grades.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { type Lesions, renderHand } from './render-hand.ts';

const COARSE_MM = 0.4;

test('the same seed and wishes give the same film byte for byte, and the same truth', () => {
  const wishes = { seed: 21, lesions: 'random', spacingMm: COARSE_MM, missingFingers: [5] } as const;
  const first = renderHand(wishes);
  const again = renderHand(wishes);
  expect(Buffer.compare(first.pixels, again.pixels)).toBe(0);
  expect(again.truth).toEqual(first.truth);
});

test('another seed gives another pose, another patient and another film', () => {
  const [a, b] = [31, 32].map((seed) => renderHand({ seed, lesions: 'random', spacingMm: COARSE_MM })) as [
    ReturnType<typeof renderHand>,
    ReturnType<typeof renderHand>,
  ];
  const percents = ({ truth }: typeof a) => JOINT_NAMES.map((name) => truth.joints[name].erosionPercent);
  expect(percents(a)).not.toEqual(percents(b));
  // In hand scales, so that a larger film alone is no other pose.
  const spread = ({ truth: { joints, handScalePx } }: typeof a) =>
    Math.hypot(joints.pip5.x - joints.pip1.x, joints.pip5.y - joints.pip1.y) / handScalePx;
  expect(Math.abs(spread(a) - spread(b))).toBeGreaterThan(0.02);
  expect([a.width, a.height]).not.toEqual([b.width, b.height]);
});

test('the spacing changes how finely a hand is drawn, not the hand', () => {
  const [fine, coarse] = [0.25, 0.5].map((spacingMm) => renderHand({ seed: 3, spacingMm }).truth);
  expect(fine!.handScalePx / coarse!.handScalePx).toBeCloseTo(2, 6);
});

test('the grade is that of the platform, also where one grade ends and the next begins', () => {
  const lesions = {
    mcp1: 0,
    mcp2: 0.4,
    mcp3: 0.5,
    mcp4: 20,
    mcp5: 20.1,
    pip1: 40,
    pip2: 60,
    pip3: 61,
    pip4: 80,
  };
  const { joints } = renderHand({ seed: 2, lesions: { ...lesions, pip5: 80.1 }, spacingMm: 1 }).truth;
  expect(JOINT_NAMES.map((name) => joints[name].grade)).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 4, 5]);
  for (const { grade, erosionPercent } of Object.values(joints)) {
    expect(grade).toBe(gradeOfPercent(erosionPercent));
  }
});

test('a joint that is not named is healthy, and random patients have joints of many grades', () => {
  const { joints } = renderHand({ seed: 2, lesions: { pip3: 30 }, spacingMm: 1 }).truth;
  expect(JOINT_NAMES.filter((name) => joints[name].grade > 0)).toEqual(['pip3']);
  const grades = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) =>
    Object.values(renderHand({ seed, lesions: 'random', spacingMm: 1 }).truth.joints).map(
      ({ grade }) => grade,
    ),
  );
  expect(new Set(grades)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

const spacingMm = 0.25;
const healthy = renderHand({ seed: 4, spacingMm });

test.each([{ mcp3: 5 }, { pip2: 5 }] satisfies Lesions[])(
  'the small lesion %o changes its joint alone',
  (lesions) => {
    const eroded = renderHand({ seed: 4, lesions, spacingMm });
    const { x, y } = healthy.truth.joints[Object.keys(lesions)[0] as 'mcp3' | 'pip2'];
    let mostFarAway = 0;
    let clearlyChanged = 0;
    for (const [i, grey] of healthy.pixels.entries()) {
      const change = Math.abs(grey - eroded.pixels[i]!);
      const mm =
        Math.hypot((i % healthy.width) + 0.5 - x, Math.floor(i / healthy.width) + 0.5 - y) * spacingMm;
      if (mm > 12) mostFarAway = Math.max(mostFarAway, change);
      else if (change > 10) clearlyChanged++;
    }
    // Scatter carries a trace of every change over the whole film: a grey level at most.
    expect(mostFarAway).toBeLessThanOrEqual(1);
    // Square millimetres.
    expect(clearlyChanged * spacingMm ** 2).toBeGreaterThan(1);
  },
);
