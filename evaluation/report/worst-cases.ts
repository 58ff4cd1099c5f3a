/** Joints and films that went most wrong, worst first. Pure. */
import { isLeftHand } from '../dataset/dataset.ts';
import type { FilmCase } from '../figures/cases.ts';
import type { ScoredCase } from '../figures/grades.ts';

const MOST_JOINTS = 12;
const MOST_FILMS = 3;

const gradesApart = ({ answer, reference }: ScoredCase): number => Math.abs(answer.score - reference.grade);

/** Of equal error, the one that the model was surest of. */
const sureness = ({ answer }: ScoredCase): number => answer.probabilities[answer.score] ?? 0;

export const worstJoints = (scored: readonly ScoredCase[]): ScoredCase[] =>
  scored
    .filter((one) => gradesApart(one) > 0)
    .toSorted((one, other) => gradesApart(other) - gradesApart(one) || sureness(other) - sureness(one))
    .slice(0, MOST_JOINTS);

export type FilmError = { film: ScoredCase['film']; error: number };

export const worstFilms = (scored: readonly ScoredCase[]): FilmError[] =>
  [...Map.groupBy(scored, ({ film }) => film)]
    .map(([film, joints]) => ({ film, error: joints.reduce((sum, one) => sum + gradesApart(one), 0) }))
    .filter(({ error }) => error > 0)
    .toSorted((one, other) => other.error - one.error)
    .slice(0, MOST_FILMS);

/** Left hands that were refused, and other films that were let in. */
export const wronglyJudged = (films: readonly FilmCase[]): FilmCase[] =>
  films.filter(({ film, record }) => {
    const { bodyPart } = record;
    return bodyPart !== undefined && (bodyPart.kind === 'left-hand') !== isLeftHand(film);
  });
