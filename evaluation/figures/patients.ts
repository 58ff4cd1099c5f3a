/** What a study reads of a patient: the total of a hand at a visit, and how it changes. Pure. */

import { icc21 } from '../statistics/intraclass-correlation.ts';
import { mean } from '../statistics/moments.ts';
import {
  limitsOfAgreement,
  meanAbsoluteError,
  pearson,
  rootMeanSquaredError,
  smallestDetectableChange,
  standardisedResponseMean,
} from '../statistics/paired-measurements.ts';
import { NOTHING, type Statistic, Undefined } from '../statistics/statistic.ts';
import type { GradedCase } from './end-to-end.ts';

export type HandVisit = {
  patient: string;
  hand: string;
  date: string | undefined;
  /** Joints that the reference graded. */
  graded: number;
  /** Sum of grades over these joints. */
  reference: number;
  /** The system's, in proportion where it scored fewer of them, as SCQM does: sum × graded / scored. */
  answered: number;
};

/** With fewer than half of the graded joints scored, a total in proportion would be a guess. */
const LEAST_SCORED = 0.5;

/** Visits with a total, and how many have too few scores for one. Several films of one visit are averaged. */
export function handVisits(cases: readonly GradedCase[]): { visits: HandVisit[]; tooFew: number } {
  const totals = [...Map.groupBy(cases, ({ film }) => film).values()].map(totalOf);
  const enough = totals.filter((total): total is HandVisit => total !== undefined);
  const byVisit = Map.groupBy(enough, ({ patient, hand, date }) => JSON.stringify([patient, hand, date]));
  const visits = [...byVisit.values()].map((films) => ({
    ...films[0]!,
    reference: mean(films.map(({ reference }) => reference)),
    answered: mean(films.map(({ answered }) => answered)),
  }));
  return { visits, tooFew: totals.length - enough.length };
}

function totalOf(joints: GradedCase[]): HandVisit | undefined {
  const scored = joints.flatMap(({ answer }) => answer?.score ?? []);
  if (scored.length === 0 || scored.length < LEAST_SCORED * joints.length) return undefined;
  const { patient, film } = joints[0]!;
  const sum = (values: number[]) => values.reduce((total, one) => total + one, 0);
  return {
    patient,
    hand: film.hand ?? '',
    date: film.date,
    graded: joints.length,
    reference: sum(joints.map(({ reference }) => reference.grade)),
    answered: (sum(scored) * joints.length) / scored.length,
  };
}

export function totalStatistics(visits: HandVisit[]): Record<string, Statistic> {
  const [answered, reference] = [visits.map((one) => one.answered), visits.map((one) => one.reference)];
  const limits = limitsOfAgreement(answered, reference);
  return {
    r: pearson(answered, reference),
    'icc-2-1': icc21([answered, reference]),
    mae: meanAbsoluteError(answered, reference),
    rmse: rootMeanSquaredError(answered, reference),
    bias: limits instanceof Undefined ? limits : limits.bias,
    'limits-lower': limits instanceof Undefined ? limits : limits.lower,
    'limits-upper': limits instanceof Undefined ? limits : limits.upper,
    'always-0-mae': reference.length === 0 ? NOTHING : mean(reference),
  };
}

export type Change = {
  patient: string;
  hand: string;
  from: string;
  to: string;
  reference: number;
  answered: number;
};

/** From the first dated visit of a hand to its last. */
export function changes(visits: readonly HandVisit[]): Change[] {
  const dated = visits.filter((one): one is HandVisit & { date: string } => one.date !== undefined);
  return [...Map.groupBy(dated, ({ patient, hand }) => JSON.stringify([patient, hand])).values()].flatMap(
    (seen) => {
      const inOrder = seen.toSorted((one, other) => one.date.localeCompare(other.date));
      const [first, last] = [inOrder[0]!, inOrder.at(-1)!];
      if (first === last) return [];
      return [
        {
          patient: first.patient,
          hand: first.hand,
          from: first.date,
          to: last.date,
          reference: last.reference - first.reference,
          answered: last.answered - first.answered,
        },
      ];
    },
  );
}

export function changeStatistics(all: Change[]): Record<string, Statistic> {
  const [answered, reference] = [all.map((one) => one.answered), all.map((one) => one.reference)];
  const NO_CHANGE = new Undefined('no hand was seen at two dates');
  return {
    r: pearson(answered, reference),
    'mean-answered': all.length === 0 ? NO_CHANGE : mean(answered),
    'mean-reference': all.length === 0 ? NO_CHANGE : mean(reference),
    'smallest-detectable': smallestDetectableChange(answered, reference),
    'srm-answered': standardisedResponseMean(answered),
    'srm-reference': standardisedResponseMean(reference),
  };
}
