/**
 * How much of a loose crop the model is shown. Studies cut their crops by their own rules, and the model wants
 * the mesh's frame (`platform/domain/crop-frame.ts`: about 30 mm at an MCP joint, 24 mm at a PIP joint). So
 * several central squares are shown to it, and each answer counts by the odds that the model gives there that
 * it sees a joint to score. Pure; `training/deepxray_training/graded/crops.py` has the same numbers.
 */
import { GRADES } from '#platform/domain/grades.ts';
import { cropAlongFinger } from '#platform/image/crop-along-finger.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import type { Graded } from '../../model-servers/joint-scoring/scoring-model.ts';

/** Shares of the crop's shorter side; steps of 13 %, about as far as the localisation errs. */
export const FIELDS = [1, 0.87, 0.76, 0.66, 0.575, 0.5, 0.435];

/** A saturated network is no surer than this. */
const LEAST_DOUBT = 1e-6;

const UP = { x: 0, y: -1 };

/** The central square of the crop, as the mesh would cut it from a film; `outSide` × `outSide` pixels. */
export const showField = (crop: GreyImage, field: number, outSide: number): GreyImage =>
  cropAlongFinger(
    crop,
    {
      centre: { x: crop.width / 2, y: crop.height / 2 },
      axis: UP,
      side: field * Math.min(crop.width, crop.height),
    },
    outSide,
  );

/**
 * One answer of the fields' answers. It is as scorable as the field that shows its joint second best: one
 * field of seven that takes something else for a joint is no joint.
 */
export function weigh(answers: readonly Graded[]): Graded {
  const odds = answers.map(({ scorable }) => {
    const sure = Math.min(1 - LEAST_DOUBT, Math.max(LEAST_DOUBT, scorable));
    return sure / (1 - sure);
  });
  const total = odds.reduce((sum, each) => sum + each, 0);
  const mean = (numberOf: (answer: Graded) => number) =>
    answers.reduce((sum, answer, index) => sum + (odds[index]! / total) * numberOf(answer), 0);
  return {
    probabilities: GRADES.map((grade) => mean(({ probabilities }) => probabilities[grade]!)),
    erosionPercent: mean(({ erosionPercent }) => erosionPercent),
    scorable: answers.map(({ scorable }) => scorable).sort((a, b) => b - a)[Math.min(1, answers.length - 1)]!,
  };
}
