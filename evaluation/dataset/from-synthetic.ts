/** What the renderer of simulated hands leaves beside each film, as a film of a dataset. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import type { Truth } from '../../synthetic/render-hand.ts';
import type { Film } from './dataset.ts';

/** The "reader" of what was drawn. */
export const DRAWN = 'drawn';

export function filmOfTruth(
  truth: Truth,
  { image, patient, date }: { image: string; patient: string; date?: string },
): Omit<Film, 'path'> {
  const oneHand = truth.subject !== 'both-hands';
  const there = JOINT_NAMES.filter((joint) => oneHand && !truth.joints[joint].missing);
  const take = <T>(of: (joint: Truth['joints']['mcp1']) => T) =>
    Object.fromEntries(there.map((joint) => [joint, of(truth.joints[joint])]));
  return {
    image,
    patient,
    hand: truth.subject === 'left-hand' ? 'left' : truth.subject === 'right-hand' ? 'right' : undefined,
    date,
    bodyPart: truth.subject,
    turnedClockwiseDeg: truth.turnedClockwiseDeg,
    inverted: truth.inverted,
    spacingMm: truth.spacingMm,
    positions: take(({ x, y }) => ({ x, y })),
    absent: oneHand ? JOINT_NAMES.filter((joint) => truth.joints[joint].missing) : [],
    gradings: oneHand
      ? { [DRAWN]: take(({ grade, erosionPercent }) => ({ grade, percent: rounded(erosionPercent) })) }
      : {},
  };
}

/** A folder of `hand-7.png` and `hand-7.json`, as `npm run synthetic` writes it; each seed a patient. */
export async function fromSynthetic(folder: string): Promise<Omit<Film, 'path'>[]> {
  const truths = (await readdir(folder)).filter((name) => /^hand-\d+\.json$/.test(name));
  const seed = (name: string) => Number(/\d+/.exec(name)![0]);
  truths.sort((one, other) => seed(one) - seed(other));
  return Promise.all(
    truths.map(async (name) => {
      const truth = JSON.parse(await readFile(join(folder, name), 'utf8')) as Truth;
      return filmOfTruth(truth, { image: name.replace('.json', '.png'), patient: `seed-${truth.seed}` });
    }),
  );
}

const rounded = (percent: number): number => Number(percent.toFixed(3));
