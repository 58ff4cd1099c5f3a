/** What a client gives with its radiograph, checked: the truth about the body part and joints, versions, a choice of joints. */
import { type JointName, jointFromProto, jointToProto } from '#platform/domain/joints.ts';
import { isModelName, MODEL_NAMES } from '#platform/domain/models.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { isTurn } from '#platform/image/grey-image.ts';
import type { JointPosition } from '#proto/deepxray/bus/v1/bus.ts';
import type { BodyPart, GivenBodyPart, Joint, ScoreOptions } from '#proto/deepxray/v1/scoring.ts';
import type { UploadScale } from './answer.ts';

export type Options = {
  bodyPart: GivenBodyPart | undefined;
  joints: { joint: JointName; x: number; y: number }[];
  only: JointName[];
  modelVersions: Record<string, string>;
};

/** Throws `bad-request` or `unknown-model`. */
export function readOptions(options: ScoreOptions | undefined): Options {
  const bodyPart = options?.bodyPart;
  if (bodyPart && !isTurn(bodyPart.turnedClockwiseDeg)) {
    throw new DeepXRayError('bad-request', 'options.body_part.turned_clockwise_deg is 0, 90, 180 or 270.');
  }
  const unknown = Object.keys(options?.modelVersions ?? {}).find((name) => !isModelName(name));
  if (unknown !== undefined) {
    throw new DeepXRayError('unknown-model', `Versions can be named of: ${MODEL_NAMES.join(', ')}.`);
  }
  return {
    bodyPart,
    joints: (options?.joints ?? []).map(({ joint, x, y }) => ({ joint: nameOf(joint), x, y })),
    only: (options?.only ?? []).map(nameOf),
    modelVersions: options?.modelVersions ?? {},
  };
}

function nameOf(joint: Joint): JointName {
  const name = jointFromProto(joint);
  if (!name) throw new DeepXRayError('bad-request', `options name joint ${joint}, which is not known.`);
  return name;
}

export const bodyPartGiven = ({ bodyPart }: Options): BodyPart | undefined =>
  bodyPart && { ...bodyPart, probability: undefined, given: true, model: undefined };

/** In pixels of the canonical radiograph. Throws `bad-request` for a joint outside the image. */
export function positionsGiven(
  { joints }: Options,
  upload: { width: number; height: number },
  scale: UploadScale,
): JointPosition[] {
  return joints.map(({ joint, x, y }) => {
    if (!(x >= 0 && y >= 0 && x <= upload.width && y <= upload.height)) {
      throw new DeepXRayError('bad-request', `options.joints: ${joint} lies outside the image.`);
    }
    return {
      joint: jointToProto(joint),
      x: x / scale.x,
      y: y / scale.y,
      axisX: undefined,
      axisY: undefined,
      handScale: undefined,
      confidence: 1,
      given: true,
    };
  });
}
