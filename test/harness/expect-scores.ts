/** What every whole answer has, and how near two answers of one film must be. */
import { expect } from 'vitest';
import type { Answer } from '../../cli/answer.ts';
import { JOINT_NAMES } from '../../platform/domain/joints.ts';

/** All ten joints are accounted for, each either scored whole or missing with a reason. */
export function expectWhole(answer: Answer): void {
  const named = [...Object.keys(answer.joints), ...Object.keys(answer.missing)].sort();
  expect(named).toEqual([...JOINT_NAMES].sort());
  for (const [joint, scored] of Object.entries(answer.joints)) {
    expect(answer.scores[joint as keyof Answer['scores']]).toBe(scored.score);
    expect(scored.probabilities).toHaveLength(6);
    expect(scored.probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 3);
    expect(scored.score).toBeGreaterThanOrEqual(0);
    expect(scored.score).toBeLessThanOrEqual(5);
    expect(scored.erosionPercent).toBeGreaterThanOrEqual(0);
    expect(scored.erosionPercent).toBeLessThanOrEqual(100);
    expect(scored.box.width).toBeGreaterThan(0);
    expect(scored.model.name).toBe('joint-scoring');
  }
}

/** The same film: boxes equal, probabilities to 1e-4. */
export function expectSame(one: Answer, other: Answer): void {
  expect(other.missing).toEqual(one.missing);
  for (const joint of JOINT_NAMES) {
    const [a, b] = [one.joints[joint], other.joints[joint]];
    expect(b?.box).toEqual(a?.box);
    expect(b?.score).toBe(a?.score);
    for (const [grade, probability] of (a?.probabilities ?? []).entries()) {
      expect(Math.abs(probability - b!.probabilities[grade]!)).toBeLessThanOrEqual(1e-4);
    }
  }
}

/** How far each scored joint's box lies from where the joint is, as a share of the hand's size. */
export function distances(
  answer: Answer,
  known: { joint: string; x: number; y: number }[],
): { joint: string; share: number }[] {
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  const diagonal = Math.hypot(span(known.map(({ x }) => x)), span(known.map(({ y }) => y)));
  return known.flatMap(({ joint, x, y }) => {
    const box = answer.joints[joint as keyof Answer['joints']]?.box;
    if (!box) return [];
    const off = Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
    return [{ joint, share: off / diagonal }];
  });
}
