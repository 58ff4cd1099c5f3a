/** Whether films of left hands are let in, and only those. Pure. */

import { BODY_PARTS, type BodyPartKind, isLeftHand } from '../dataset/dataset.ts';
import { accuracy, balancedAccuracy } from '../statistics/agreement.ts';
import { type ConfusionMatrix, confusionMatrix } from '../statistics/confusion-matrix.ts';
import { ratio, type Statistic, Undefined } from '../statistics/statistic.ts';
import type { FilmCase } from './cases.ts';
import type { Subsets } from './figure.ts';

export type Recognition = FilmCase & { answered: BodyPartKind; probability: number | undefined };

/** Films whose body part was recognised; where the mesh failed before, there is none to judge. */
export const recognitions = (films: readonly FilmCase[]): Recognition[] =>
  films.flatMap((one) => {
    const { bodyPart } = one.record;
    const answered = BODY_PARTS.find((kind) => kind === bodyPart?.kind);
    return answered ? [{ ...one, answered, probability: bodyPart?.probability }] : [];
  });

const indexOf = (kind: BodyPartKind): number => BODY_PARTS.indexOf(kind);

/** Predicted × actual, in the order of BODY_PARTS. */
export const bodyPartMatrix = (films: readonly Recognition[]): ConfusionMatrix =>
  confusionMatrix(
    films.map(({ answered }) => indexOf(answered)),
    films.map(({ film }) => indexOf(film.bodyPart)),
    BODY_PARTS.length,
  );

export function bodyPartStatistics(films: Recognition[]): Record<string, Statistic> {
  const matrix = bodyPartMatrix(films);
  const left = films.filter(({ film }) => isLeftHand(film));
  const others = films.filter(({ film }) => !isLeftHand(film));
  const accepted = left.filter(({ answered }) => answered === 'left-hand');
  const upright = accepted.filter(
    ({ film, record }) => record.bodyPart?.turnedClockwiseDeg === film.turnedClockwiseDeg,
  );
  return {
    accuracy: accuracy(matrix),
    'balanced-accuracy': balancedAccuracy(matrix),
    'left-hands-rejected': ratio(left.length - accepted.length, left.length, 'no film is of a left hand'),
    'others-accepted': ratio(
      others.filter(({ answered }) => answered === 'left-hand').length,
      others.length,
      'every film is of a left hand',
    ),
    'turn-right': ratio(upright.length, accepted.length, 'no left hand was accepted'),
    'accuracy-at-95-coverage': accuracyAtCoverage(films, 0.95),
    'accuracy-at-90-coverage': accuracyAtCoverage(films, 0.9),
    'risk-coverage-area': riskCoverageArea(films),
  };
}

/** What is counted over some of the films. */
export const BODY_PART_SUBSETS: Subsets<Recognition> = {
  'left-hands-rejected': ({ film }) => isLeftHand(film),
  'others-accepted': ({ film }) => !isLeftHand(film),
  'turn-right': ({ film, answered }) => isLeftHand(film) && answered === 'left-hand',
};

export type CoveragePoint = { coverage: number; accuracy: number; probability: number };

/**
 * Accuracy of the films that the model is surest of, from the surest on: what it would reach if it abstained
 * below each probability (El-Yaniv & Wiener, JMLR 2010;11:1605). Films of one probability go together.
 */
export function coverageCurve(films: readonly Recognition[]): CoveragePoint[] {
  const known = films.filter(({ probability }) => probability !== undefined);
  const surest = known.toSorted((one, other) => other.probability! - one.probability!);
  let right = 0;
  return surest.flatMap((one, at) => {
    if (one.answered === one.film.bodyPart) right += 1;
    if (surest[at + 1]?.probability === one.probability) return [];
    const taken = at + 1;
    return [{ coverage: taken / surest.length, accuracy: right / taken, probability: one.probability! }];
  });
}

const NO_PROBABILITY = new Undefined('no answer has a probability');

function accuracyAtCoverage(films: readonly Recognition[], coverage: number): Statistic {
  const curve = coverageCurve(films);
  return curve.find((point) => point.coverage >= coverage)?.accuracy ?? NO_PROBABILITY;
}

/** Mean error over all coverages, 0 at best (Geifman & El-Yaniv, NeurIPS 2017). */
function riskCoverageArea(films: readonly Recognition[]): Statistic {
  const curve = coverageCurve(films);
  if (curve.length === 0) return NO_PROBABILITY;
  let [area, covered] = [0, 0];
  for (const { coverage, accuracy: right } of curve) {
    area += (coverage - covered) * (1 - right);
    covered = coverage;
  }
  return area;
}
