/** What is kept of an answer, a JSON line each: enough to compute every figure again without the mesh. */

import type { JointName } from '#platform/domain/joints.ts';
import type { BodyPart, ScoredJoint } from '../../cli/answer.ts';
import type { Variant } from './variant.ts';

export type AnswerRecord = {
  variant: Variant;
  image: string;
  /** Of the film's bytes and the truth given: another film or truth is another question. */
  question: string;
} & Answered;

export type Answered = {
  /** As HTTP says it: 200, 422, 504, … */
  status: number;
  /** `not-a-left-hand`, …; absent where there are scores. */
  problem?: string;
  bodyPart?: BodyPart;
  joints: Partial<Record<JointName, ScoredJoint>>;
  missing: Partial<Record<JointName, string>>;
  /** From sending, of the attempt that counts. */
  timesMs: { bodyPart?: number; firstJoint?: number; last: number };
  /** Attempts until this answer. */
  tries: number;
  traceId?: string;
};
