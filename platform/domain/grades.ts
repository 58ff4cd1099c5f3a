/** The Ratingen erosion score of a joint (Rau & Wassenberg): share of the joint surface destroyed. */

export const GRADES = [0, 1, 2, 3, 4, 5] as const;

/**
 * The grade of a destroyed share in percent (0–100): 0 is grade 0, up to 20 is 1, … above 80 is 5.
 * Below half a percent the share is taken as none: a network's percent is never exactly 0.
 */
export const gradeOfPercent = (percent: number): number =>
  percent < 0.5 ? 0 : Math.min(5, Math.ceil(percent / 20));

/** The median grade of the probabilities of grades 0–5: the least grade that half the mass lies at or below. */
export function medianGrade(probabilities: readonly number[]): number {
  let mass = 0;
  for (const [grade, probability] of probabilities.entries()) {
    mass += probability;
    if (mass >= 0.5) return grade;
  }
  return probabilities.length - 1;
}

/** Below this, no grade stands out: a guess among six has 1/6. */
const FLAT_BELOW = 0.4;

/** The two answers of the model contradict each other by more than a grade, or no grade stands out. */
export const isDoubtful = (probabilities: readonly number[], erosionPercent: number): boolean =>
  Math.abs(medianGrade(probabilities) - gradeOfPercent(erosionPercent)) > 1 ||
  Math.max(...probabilities) < FLAT_BELOW;
