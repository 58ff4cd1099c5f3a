/**
 * The square around a joint that is cut for scoring, and the one for refining its position:
 * the frames that `model-servers/repository/README.md` promises to the networks.
 */
import { isMcp, type JointName } from './joints.ts';

/** Side of the crop that travels to a scoring pod, in pixels. */
export const CROP_SIDE_PX = 112;

/** Side of the scoring crop in hand scales (mean distance MCP–PIP of fingers 2–5, about 41 mm). */
export const cropSideInHandScales = (joint: JointName): number => (isMcp(joint) ? 0.72 : 0.58);

/** Side of the refinement crop in hand scales. */
export const REFINEMENT_SIDE_IN_HAND_SCALES = 1.2;
