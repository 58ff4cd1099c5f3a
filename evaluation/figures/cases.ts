/** Films and their joints, each with what is true and what was answered: what every figure is counted over. Pure. */
import { fingerOf, isMcp, JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import type { Point } from '#platform/image/grey-image.ts';
import type { ScoredJoint } from '../../cli/answer.ts';
import { type Film, type Grading, isLeftHand } from '../dataset/dataset.ts';
import type { AnswerRecord } from '../run/answer-record.ts';

export const STEPS = ['body-part', 'joint-extraction', 'joint-scoring', 'mesh'] as const;
/** Where a joint was lost; `mesh` for time, places or processes that were not there. */
export type Step = (typeof STEPS)[number];

export type FilmCase = { patient: string; film: Film; record: AnswerRecord };

export type JointCase = {
  patient: string;
  film: Film;
  joint: JointName;
  /** By the reference reader. */
  reference: Grading | undefined;
  answer: ScoredJoint | undefined;
  /** Set where there is no answer. */
  lost: { step: Step; reason: string } | undefined;
};

/** Films that were asked about, in the dataset's order. */
export function filmCases(films: readonly Film[], records: readonly AnswerRecord[]): FilmCase[] {
  const byImage = new Map(records.map((record) => [record.image, record]));
  return films.flatMap((film) => {
    const record = byImage.get(film.image);
    return record ? [{ patient: film.patient, film, record }] : [];
  });
}

/** Ten for each film that is truly of a left hand: films to be refused have none to be scored. */
export const jointCases = (films: readonly FilmCase[], reader: string | undefined): JointCase[] =>
  films
    .filter(({ film }) => isLeftHand(film))
    .flatMap(({ patient, film, record }) =>
      JOINT_NAMES.map((joint) => ({
        patient,
        film,
        joint,
        reference: reader === undefined ? undefined : film.gradings[reader]?.[joint],
        answer: record.joints[joint],
        lost: record.joints[joint] ? undefined : whyLost(record, joint),
      })),
    );

const STEP_OF_REASON: Record<string, Step> = {
  'off-film': 'joint-extraction',
  'not-found': 'joint-extraction',
  implant: 'joint-scoring',
  unscorable: 'joint-scoring',
};

function whyLost(
  { problem, bodyPart, missing }: AnswerRecord,
  joint: JointName,
): NonNullable<JointCase['lost']> {
  if (problem === 'not-a-left-hand')
    return { step: 'body-part', reason: `taken for ${bodyPart?.kind ?? 'other'}` };
  const reason = missing[joint] ?? problem ?? 'failed';
  return { step: STEP_OF_REASON[reason] ?? 'mesh', reason };
}

export const centreOf = ({ box }: ScoredJoint): Point => ({
  x: box.x + box.width / 2,
  y: box.y + box.height / 2,
});

export type Grouped<Case> = { group: string; cases: Case[] };

/** All, by side, by joint type, by joint; groups without a case are left out. */
export function groupsOf<Case extends Pick<JointCase, 'joint' | 'film'>>(cases: Case[]): Grouped<Case>[] {
  const take = (group: string, belongs: (one: Case) => boolean) => ({ group, cases: cases.filter(belongs) });
  return [
    { group: 'all', cases },
    take('left', ({ film }) => film.hand === 'left'),
    take('right', ({ film }) => film.hand === 'right'),
    take('MCP', ({ joint }) => isMcp(joint)),
    take('PIP', ({ joint }) => !isMcp(joint)),
    ...JOINT_NAMES.map((name) => take(name, ({ joint }) => joint === name)),
  ].filter(({ group, cases: those }) => group === 'all' || those.length > 0);
}

/** `MCP 2`; the thumb's second joint is its IP. */
export const shownJoint = (joint: JointName): string =>
  joint === 'pip1' ? 'IP 1' : `${isMcp(joint) ? 'MCP' : 'PIP'} ${fingerOf(joint)}`;
