/** What the REST API answers, as its OpenAPI describes it: the parts that a client of ours reads. */
import type { JointName } from '#platform/domain/joints.ts';

export type BodyPart = { kind: string; probability?: number; turnedClockwiseDeg: number };

export type Box = { x: number; y: number; width: number; height: number };

export type ScoredJoint = {
  score: number;
  /** Of grades 0 to 5. */
  probabilities: number[];
  erosionPercent: number;
  doubtful: boolean;
  localisationConfidence: number;
  box: Box;
  model: { name: string; version: string };
};

export type Answer = {
  requestId: string;
  traceId: string;
  bodyPart: BodyPart;
  scores: Partial<Record<JointName, number>>;
  joints: Partial<Record<JointName, ScoredJoint>>;
  missing: Partial<Record<JointName, string>>;
};

/** RFC 9457; one of a deadline carries what was done by then. */
export type Problem = Partial<Answer> & {
  type: string;
  title: string;
  status: number;
  detail?: string;
};

/** What a film came to: scores, or why there are none. */
export type Outcome =
  | { kind: 'scored'; status: number; answer: Answer }
  | { kind: 'refused'; status: number; problem: Problem };
