/** The orchestrator's words in the REST API's. */
import { type JointName, jointFromProto } from '#platform/domain/joints.ts';
import * as proto from '#proto/deepxray/v1/scoring.ts';
import type { BodyPart, MissingReason, ScoredJoint } from '../answer/schemas.ts';

const { BodyPartKind: Kind, MissingReason: Reason } = proto;

const KIND = new Map<number, BodyPart['kind']>([
  [Kind.BODY_PART_KIND_LEFT_HAND, 'left-hand'],
  [Kind.BODY_PART_KIND_RIGHT_HAND, 'right-hand'],
  [Kind.BODY_PART_KIND_BOTH_HANDS, 'both-hands'],
  [Kind.BODY_PART_KIND_OTHER, 'other'],
]);

const REASON = new Map<number, MissingReason>([
  [Reason.MISSING_REASON_OFF_FILM, 'off-film'],
  [Reason.MISSING_REASON_NOT_FOUND, 'not-found'],
  [Reason.MISSING_REASON_IMPLANT, 'implant'],
  [Reason.MISSING_REASON_UNSCORABLE, 'unscorable'],
  [Reason.MISSING_REASON_DEADLINE, 'deadline'],
  [Reason.MISSING_REASON_UNAVAILABLE, 'unavailable'],
  [Reason.MISSING_REASON_FAILED, 'failed'],
]);

export type JointOutcome = { scored: ScoredJoint } | { missing: MissingReason };

/** A kind that this version does not know, as a newer orchestrator may send, is another body part. */
export const bodyPartFromProto = ({ kind, probability, turnedClockwiseDeg }: proto.BodyPart): BodyPart => ({
  kind: KIND.get(kind) ?? 'other',
  ...(probability === undefined ? {} : { probability }),
  turnedClockwiseDeg,
});

/** Undefined for a joint that this version does not know. */
export function jointFromResult({
  joint,
  result,
}: proto.JointResult): { joint: JointName; outcome: JointOutcome } | undefined {
  const name = jointFromProto(joint);
  return name && { joint: name, outcome: outcomeOf(result) };
}

function outcomeOf(result: proto.JointResult['result']): JointOutcome {
  if (result?.$case === 'missing') return { missing: REASON.get(result.value.reason) ?? 'failed' };
  const { score, box, model, ...scored } = result?.value ?? nothingScored;
  // A score of 0 is a score; none at all is not.
  if (score === undefined || !box) return { missing: 'failed' };
  const { probabilities, erosionPercent, doubtful, localisationConfidence } = scored;
  return {
    scored: {
      score,
      probabilities,
      erosionPercent,
      doubtful,
      localisationConfidence,
      box,
      model: model ?? { name: '', version: '' },
    },
  };
}

const nothingScored = proto.ScoredJoint.create();
