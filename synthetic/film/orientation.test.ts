import { expect, test } from 'vitest';
import { JOINT_NAMES } from '../../platform/domain/joints.ts';
import { renderHand } from '../render-hand.ts';
import { findGap } from '../testing/find-gap.ts';

const spacingMm = 0.3;
const upright = renderHand({ seed: 9, spacingMm });
const right = renderHand({ seed: 9, spacingMm, subject: 'right-hand' });

/** The truth lies in the dark gap that the film itself shows. */
function expectGaps(film: ReturnType<typeof renderHand>): void {
  for (const name of JOINT_NAMES) {
    const gap = findGap(film, film.truth.joints[name], spacingMm);
    expect(Math.abs(gap.offsetMm), name).toBeLessThanOrEqual(0.6);
    expect(Math.min(gap.darkerThanProximal, gap.darkerThanDistal), name).toBeGreaterThan(20);
  }
}

test('a right hand is the left hand mirrored: thumb on the left, its joints where they show', () => {
  expect(right.truth.subject).toBe('right-hand');
  const across = ([1, 2, 3, 4, 5] as const).map((finger) => right.truth.joints[`mcp${finger}`].x);
  expect(across).toEqual([...across].sort((a, b) => a - b));
  for (const name of JOINT_NAMES) {
    const [r, l] = [right.truth.joints[name], upright.truth.joints[name]];
    expect(r.x).toBeCloseTo(upright.width - l.x, 6);
    expect(r.y).toBeCloseTo(l.y, 6);
    expect(r.axis.x).toBeCloseTo(-l.axis.x, 6);
    expect(r.axis.y).toBeCloseTo(l.axis.y, 6);
  }
  expectGaps(right);
});

test("apart from its letter, a right hand's film is the mirror image of the left's", () => {
  let different = 0;
  for (let i = 0; i < right.pixels.length; i++) {
    const mirror = Math.floor(i / right.width) * right.width + right.width - 1 - (i % right.width);
    if (Math.abs(right.pixels[i]! - upright.pixels[mirror]!) > 20) different++;
  }
  expect(different / right.pixels.length).toBeLessThan(0.01);
});

test('of both hands, the left lies on the left with its joints as the truth says, thumbs inwards', () => {
  const both = renderHand({ seed: 9, spacingMm, subject: 'both-hands' });
  expect(both.width).toBeGreaterThan(1.6 * upright.width);
  for (const name of JOINT_NAMES) expect(both.truth.joints[name].x).toBeLessThan(both.width / 2 + 20);
  expect(both.truth.joints.mcp1.x).toBeGreaterThan(both.truth.joints.mcp5.x);
  expectGaps(both);
});

test.each([
  [90, { x: 1, y: 0 }],
  [180, { x: 0, y: 1 }],
  [270, { x: -1, y: 0 }],
] as const)('turned by %i° clockwise, film and truth turn together', (turnedClockwiseDeg, fingersPoint) => {
  const turned = renderHand({ seed: 9, spacingMm, turnedClockwiseDeg });
  const { width, height } = upright;
  expect([turned.width, turned.height]).toEqual(
    turnedClockwiseDeg === 180 ? [width, height] : [height, width],
  );
  const { axis } = turned.truth.joints.pip3;
  expect(axis.x * fingersPoint.x + axis.y * fingersPoint.y).toBeGreaterThan(0.9);
  // Nothing is drawn anew: the same greys lie in other places.
  expect(Buffer.compare(Buffer.from(turned.pixels).sort(), Buffer.from(upright.pixels).sort())).toBe(0);
  expectGaps(turned);
});

test('inverted, every grey level is its opposite and the truth says so', () => {
  const inverted = renderHand({ seed: 9, spacingMm, inverted: true });
  expect(inverted.pixels.every((grey, i) => grey === 255 - upright.pixels[i]!)).toBe(true);
  expect(inverted.truth).toEqual({ ...upright.truth, inverted: true });
});
