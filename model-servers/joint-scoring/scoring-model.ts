/** What goes into the joint-scoring model and what its numbers mean; pure. */
import { GRADES } from '#platform/domain/grades.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { resize } from '#platform/image/resize.ts';

export const MODEL = 'joint-scoring';
export const INPUT = 'crop';

/** The least `scorable` that gets a grade, where the model's config names none. */
export const DEFAULT_THRESHOLD = 0.5;

/** The crop comes in the frame of `platform/domain/crop-frame.ts`; a model of another size gets it resized. */
export const prepare = (crop: GreyImage, side: number): GreyImage => resize(crop, side, side);

export type Graded = {
  /** Of grades 0–5; they add up to 1. */
  probabilities: number[];
  /** 0–100. */
  erosionPercent: number;
  /** 0–1. */
  scorable: number;
};

/** `grade` [6], `erosion` [1] in percent, `scorable` [1]. Throws on what is no number: no grade is better than a wrong one. */
export function interpret(outputs: {
  grade: Float32Array;
  erosion: Float32Array;
  scorable: Float32Array;
}): Graded {
  const sum = outputs.grade.reduce((total, probability) => total + probability, 0);
  const probabilities = Array.from(outputs.grade, (probability) => probability / sum);
  const [erosion, scorable] = [outputs.erosion[0]!, outputs.scorable[0]!];
  if (
    probabilities.length !== GRADES.length ||
    ![...probabilities, erosion, scorable].every(Number.isFinite)
  ) {
    throw new Error('the scoring model gave no finite grade');
  }
  return { probabilities, erosionPercent: Math.min(100, Math.max(0, erosion)), scorable };
}
