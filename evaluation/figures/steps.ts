/**
 * Which step loses it: the same joints, with the truth in place of one step after the other. What a step's
 * truth adds to the end-to-end accuracy is what the step lost. Pure.
 */

import { VARIANTS, type Variant } from '../run/variant.ts';
import { ratio, type Statistic } from '../statistics/statistic.ts';
import { type JointCase, STEPS, type Step } from './cases.ts';
import { type GradedCase, isWithin } from './end-to-end.ts';
import { type Figure, findFigure } from './figure.ts';

/** One joint under every variant. */
export type StepCase = { patient: string; film: JointCase['film']; joint: JointCase['joint'] } & Record<
  Variant,
  GradedCase
>;

/** Joints that every variant was asked about; undefined where a variant was not run. */
export function stepCases(byVariant: ReadonlyMap<Variant, readonly GradedCase[]>): StepCase[] | undefined {
  const [plain, ...others] = VARIANTS.map((variant) => byVariant.get(variant));
  if (!plain || others.some((cases) => cases === undefined)) return undefined;
  const keyOf = ({ film, joint }: GradedCase) => `${joint} ${film.image}`;
  const known = VARIANTS.map((variant) => new Map(byVariant.get(variant)!.map((one) => [keyOf(one), one])));
  return plain.flatMap((one) => {
    const all = known.map((cases) => cases.get(keyOf(one)));
    if (all.some((found) => found === undefined)) return [];
    const entries = VARIANTS.map((variant, at) => [variant, all[at]!]);
    return [
      { patient: one.patient, film: one.film, joint: one.joint, ...Object.fromEntries(entries) } as StepCase,
    ];
  });
}

/**
 * `lost-at-…` adds up to what is wrong in the plain run: each step's is what its truth adds once the steps
 * before it have theirs, so that a scorer is not blamed for what it was shown in the wrong place. `alone-…`
 * is what the truth of this one step adds to the plain run; for scoring, all that reached it.
 */
export function stepStatistics(cases: StepCase[]): Record<string, Statistic> {
  const share = (belongs: (one: StepCase) => boolean): Statistic =>
    ratio(cases.filter(belongs).length, cases.length, 'no joint was graded and asked about with every truth');
  const gain = (from: Variant, to: Variant): Statistic => {
    const right = (variant: Variant) => cases.filter((one) => isWithin(one[variant], 0)).length;
    return ratio(
      right(to) - right(from),
      cases.length,
      'no joint was graded and asked about with every truth',
    );
  };
  const lostToMesh = (one: StepCase) => one['true-both'].lost?.step === 'mesh';
  return {
    ...Object.fromEntries(
      VARIANTS.map((variant) => [`accuracy-${variant}`, share((one) => isWithin(one[variant], 0))]),
    ),
    'lost-at-body-part': gain('plain', 'true-body-part'),
    'lost-at-joint-extraction': gain('true-body-part', 'true-both'),
    'lost-at-joint-scoring': share((one) => !isWithin(one['true-both'], 0) && !lostToMesh(one)),
    'lost-at-mesh': share(lostToMesh),
    'alone-body-part': gain('plain', 'true-body-part'),
    'alone-joint-extraction': gain('plain', 'true-joints'),
    'alone-joint-scoring': share(
      ({ plain }) => !isWithin(plain, 0) && (plain.lost === undefined || plain.lost.step === 'joint-scoring'),
    ),
  };
}

/** The step that loses most, by `lost-at-…`; undefined where nothing is lost or steps were not told apart. */
export function blamed(figures: readonly Figure[]): { step: Step; loss: Figure } | undefined {
  const losses = STEPS.flatMap((step) => {
    const loss = findFigure(figures, `steps.lost-at-${step}`);
    return loss && loss.value !== null && loss.value > 0 ? [{ step, loss }] : [];
  });
  return losses.toSorted((one, other) => other.loss.value! - one.loss.value!)[0];
}
