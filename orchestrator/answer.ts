/** From what was gathered to what a client is told. */
import { isDoubtful, medianGrade } from '#platform/domain/grades.ts';
import { type JointName, jointToProto } from '#platform/domain/joints.ts';
import type { Box, JointResult } from '#proto/deepxray/v1/scoring.ts';
import type { Outcome, Place } from './gather/ledger.ts';

/** Pixels of the upload in a pixel of the canonical radiograph, across and down. */
export type UploadScale = { x: number; y: number };

export function toJointResult(joint: JointName, outcome: Outcome, scale: UploadScale): JointResult {
  if ('missing' in outcome) {
    return { joint: jointToProto(joint), result: { $case: 'missing', value: { reason: outcome.missing } } };
  }
  const { place, scored } = outcome;
  return {
    joint: jointToProto(joint),
    result: {
      $case: 'scored',
      value: {
        score: medianGrade(scored.probabilities),
        probabilities: scored.probabilities,
        erosionPercent: scored.erosionPercent,
        doubtful: isDoubtful(scored.probabilities, scored.erosionPercent),
        localisationConfidence: place.position.confidence,
        box: boxOf(place, scale),
        model: scored.model,
        positionGiven: place.position.given,
      },
    },
  };
}

/** Upright, of the crop's side, centred on the joint; to a tenth of a pixel, which is more than is known. */
function boxOf({ position, cropSide }: Place, scale: UploadScale): Box {
  const [width, height] = [cropSide * scale.x, cropSide * scale.y];
  return {
    x: tenth(position.x * scale.x - width / 2),
    y: tenth(position.y * scale.y - height / 2),
    width: tenth(width),
    height: tenth(height),
  };
}

const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
