/**
 * SIMULATED patients for an evaluation that anyone can repeat: a left hand at two visits a year apart with
 * lesions that grow, and between them films that are to be refused. Pure: a seed in, wishes for the
 * renderer out.
 */
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { TURNS } from '#platform/image/grey-image.ts';
import { createRandom, type Random } from '../../synthetic/random.ts';
import type { Lesions, RenderOptions, Truth } from '../../synthetic/render-hand.ts';

export type Visit = {
  name: string;
  patient: string;
  date: string;
  render: RenderOptions;
  /** Whether the patient is seen again, with what of the first visit's lesions has grown. */
  isFollowUp: boolean;
};

const DATES = ['2024-03-01', '2025-03-01'] as const;
/** One film in this many is a hand to be refused. */
const REFUSED_EVERY = 12;

/** Models learn from hands with seeds from 100,000 on (`training/`): an evaluation's are others. */
const UNSEEN_SEEDS = 1_000_000;

/** `count` films. A follow-up's lesions come from `grown`, once its first visit is drawn. */
export function planCohort(count: number, seed: number, spacingMm: number): Visit[] {
  const visits: Visit[] = [];
  for (let number = 1; visits.length < count; number++) {
    const random = createRandom(seed).fork(`patient ${number}`);
    const patient = `simulated-${String(number).padStart(4, '0')}`;
    // The renderer's seed is the patient: the same bones at every visit.
    const base: RenderOptions = { seed: seed * UNSEEN_SEEDS + number, spacingMm, lesions: 'random' };
    const looks = looksOf(random);
    if (number % (REFUSED_EVERY / 2) === 0) {
      const subject = number % REFUSED_EVERY === 0 ? 'both-hands' : 'right-hand';
      const { missingFingers: _, ...rest } = looks;
      visits.push(visit(patient, 0, subject, { ...base, ...rest, subject }));
      continue;
    }
    for (const at of DATES.keys()) visits.push(visit(patient, at, 'left-hand', { ...base, ...looks }));
  }
  return visits.slice(0, count);
}

const visit = (patient: string, at: number, what: string, render: RenderOptions): Visit => ({
  name: `${patient}-${DATES[at]}-${what}`,
  patient,
  date: DATES[at]!,
  render,
  isFollowUp: at > 0,
});

/** Some films lie turned, some are inverted, some fingers are lost: as often as to be counted. */
const looksOf = (random: Random): Partial<RenderOptions> => ({
  ...(random.chance(0.25) ? { turnedClockwiseDeg: TURNS[1 + random.index(3)]! } : {}),
  ...(random.chance(0.1) ? { inverted: true } : {}),
  ...(random.chance(0.05) ? { missingFingers: [2 + random.index(4)] } : {}),
});

/** A year later: what is eroded is more so, here and there a new erosion. Percents of the follow-up. */
export function grown(first: Truth, seed: number): Lesions {
  const random = createRandom(seed).fork(`growth of ${first.seed}`);
  const pace = random.uniform(0, 1) ** 2;
  const lesions: Lesions = {};
  for (const joint of JOINT_NAMES) {
    const percent = first.joints[joint].erosionPercent;
    const starts = random.chance(0.15 * pace);
    const step = 30 * pace * random.uniform(0, 1);
    if (percent > 0) lesions[joint] = Math.min(100, Math.round(percent + step));
    else if (starts) lesions[joint] = Math.round(3 + 15 * random.uniform(0, 1));
  }
  return lesions;
}
