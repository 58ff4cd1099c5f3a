/** What a run was: kept beside its figures, so that nobody wonders later. */
import type { Dataset } from './dataset/dataset.ts';
import type { Evaluation } from './figures/evaluate-run.ts';
import type { AnswerRecord } from './run/answer-record.ts';
import { VARIANTS, type Variant } from './run/variant.ts';
import type { BootstrapOptions } from './statistics/bootstrap.ts';

export type About = {
  dataset: string;
  simulated: boolean;
  films: number;
  patients: number;
  leftHands: number;
  /** With whose grades the system's are compared. */
  reference: string | null;
  readers: string[];
  variants: Variant[];
  /** `joint-scoring 1`, as the answers name them. */
  models: string[];
  bootstrap: BootstrapOptions;
  evaluatedAt: string;
  denominators: string[];
  warnings: string[];
};

export function describeRun(
  dataset: Dataset,
  records: readonly AnswerRecord[],
  evaluation: Evaluation,
  bootstrap: BootstrapOptions,
): About {
  const models = modelsOf(records);
  const asked = new Set(records.map(({ variant }) => variant));
  return {
    dataset: dataset.source,
    simulated: dataset.simulated,
    films: evaluation.films.length,
    patients: new Set(evaluation.films.map(({ patient }) => patient)).size,
    leftHands: evaluation.films.filter(({ film }) => film.bodyPart === 'left-hand').length,
    reference: evaluation.reference ?? null,
    readers: dataset.readers,
    variants: VARIANTS.filter((variant) => asked.has(variant)),
    models,
    bootstrap,
    evaluatedAt: new Date().toISOString(),
    denominators: denominatorsOf(evaluation),
    warnings: warningsOf(dataset, evaluation, models),
  };
}

function modelsOf(records: readonly AnswerRecord[]): string[] {
  const models = records.flatMap(({ joints }) =>
    Object.values(joints).map(({ model }) => `${model.name} ${model.version}`),
  );
  return [...new Set(models)].sort();
}

/** Every share of the report is of one of these. */
export function denominatorsOf({
  films,
  recognised,
  joints,
  graded,
  scored,
  placed,
  visits,
  visitsTooFew,
  changes,
  readByAll,
}: Evaluation): string[] {
  const away = (step: string) => graded.filter(({ lost }) => lost?.step === step).length;
  const count = (n: number, one: string, many = `${one}s`) =>
    `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
  return [
    `Body part: ${count(recognised.length, 'film')} of ${films.length.toLocaleString('en')}; for the others the mesh gave no answer.`,
    `Joints: ${count(placed.length, 'joint')} with a known place (or known to be absent) on left hands that were let in.`,
    `End to end: all ${count(graded.length, 'joint')} that the reference graded on films of left hands, of ${joints.length.toLocaleString('en')} on these films.`,
    `Grades: the ${count(scored.length, 'joint')} of these that were scored; not scored were ${away('body-part')} (film refused), ${away('joint-extraction')} (joint not found), ${away('joint-scoring')} (could not be judged), ${away('mesh')} (no time or place).`,
    `Patients: ${count(visits.length, 'hand')} at a visit; ${visitsTooFew} more have fewer than half of their graded joints scored, and no total. Change: ${count(changes.length, 'hand')} at two dates.`,
    ...(readByAll > 0
      ? [`Readers: ${count(readByAll, 'joint')} that every reader and the system graded.`]
      : []),
  ];
}

function warningsOf(dataset: Dataset, { films, graded }: Evaluation, models: string[]): string[] {
  const warnings: string[] = [];
  if (dataset.simulated) {
    warnings.push('These radiographs are SIMULATED, lesions too: the figures say nothing about patients.');
  }
  if (films.length < dataset.films.length) {
    warnings.push(
      `${dataset.films.length - films.length} films of the dataset have no answer: the run is not complete.`,
    );
  }
  const names = models.map((model) => model.replace(/ [^ ]*$/, ''));
  if (new Set(names).size < names.length) {
    warnings.push(`Answers come from several versions of a model: ${models.join(', ')}.`);
  }
  const grades = new Set(graded.map(({ reference }) => reference.grade));
  if (grades.size === 1) {
    warnings.push(
      `The reference grades every joint ${[...grades][0]}: what goes beyond chance (κ, ICC, r, ROC) is 0 or undefined, and says nothing.`,
    );
  }
  if (graded.some(({ film }) => film.gradings['presumed sound'])) {
    warnings.push(
      '“Presumed sound”: nobody graded these joints; they count as grade 0 because the films were made for another reason.',
    );
  }
  return warnings;
}
