/** Films and answers for tests, made up by hand: what each figure must come to can be counted on fingers. */
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import type { ScoredJoint } from '../../cli/answer.ts';
import type { Film } from '../dataset/dataset.ts';
import type { AnswerRecord } from '../run/answer-record.ts';

export const READER = 'anna';

/** Joints on a grid, ten apart: the diagonal of the hand is 41.23… pixels. */
export const placeOf = (joint: JointName) => {
  const at = JOINT_NAMES.indexOf(joint);
  return { x: 100 + 10 * (at % 5), y: 100 + 10 * Math.floor(at / 5) };
};

export function film(
  image: string,
  grades: Partial<Record<JointName, number>>,
  more: Partial<Film> = {},
): Film {
  return {
    image,
    path: `/nowhere/${image}`,
    patient: image,
    hand: 'left',
    date: undefined,
    bodyPart: 'left-hand',
    turnedClockwiseDeg: 0,
    inverted: false,
    spacingMm: 0.5,
    positions: Object.fromEntries(JOINT_NAMES.map((joint) => [joint, placeOf(joint)])),
    absent: [],
    gradings: {
      [READER]: Object.fromEntries(
        Object.entries(grades).map(([joint, grade]) => [joint, { grade: grade! }]),
      ),
    },
    ...more,
  };
}

export function scoredJoint(joint: JointName, score: number, offPx = 0): ScoredJoint {
  const { x, y } = placeOf(joint);
  return {
    score,
    probabilities: [0, 1, 2, 3, 4, 5].map((grade) => (grade === score ? 1 : 0)),
    erosionPercent: score * 20,
    doubtful: false,
    localisationConfidence: 1,
    box: { x: x + offPx - 5, y: y - 5, width: 10, height: 10 },
    model: { name: 'joint-scoring', version: '1' },
  };
}

/** Scored as given; joints named with a reason instead are missing. */
export function answer(
  { image }: Film,
  joints: Partial<Record<JointName, number | string>>,
  more: Partial<AnswerRecord> = {},
): AnswerRecord {
  const entries = Object.entries(joints) as [JointName, number | string][];
  return {
    variant: 'plain',
    image,
    question: 'q',
    status: 200,
    bodyPart: { kind: 'left-hand', probability: 0.99, turnedClockwiseDeg: 0 },
    joints: Object.fromEntries(
      entries.flatMap(([joint, what]) =>
        typeof what === 'number' ? [[joint, scoredJoint(joint, what)]] : [],
      ),
    ),
    missing: Object.fromEntries(entries.filter(([, what]) => typeof what === 'string')),
    timesMs: { bodyPart: 10, firstJoint: 20, last: 30 },
    tries: 1,
    ...more,
  } as AnswerRecord;
}

export const refused = (of: Film, kind: string, more: Partial<AnswerRecord> = {}): AnswerRecord =>
  answer(
    of,
    {},
    {
      status: 422,
      problem: 'not-a-left-hand',
      bodyPart: { kind, probability: 0.8, turnedClockwiseDeg: 0 },
      timesMs: { last: 15 },
      ...more,
    },
  );
