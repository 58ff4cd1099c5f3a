/** A bone of the film: an outline, what lies along it, and how deep it is along the beam. */
import type { BoneErosion } from './bone-erosion.ts';
import type { Outline } from './outline.ts';
import type { Profile } from './profile.ts';

/** A frame in the plane of the hand (mm): v runs along `direction`, u to its right. */
export type Frame = { x: number; y: number; dirX: number; dirY: number };

export type Bone = {
  name: string;
  /** In the bone's own frame (mm): x is u, y is v. */
  outline: Outline;
  frame: Frame;
  /** Cortex (or subchondral plate) under each outline point, mm. */
  cortexMm: Float32Array;
  /** How far inside the outline its second, narrower contour runs: a condyle's far side, a cup's floor. */
  insetMm: Float32Array;
  /** How far from the outline the bone reaches its full depth: the half-width of a tube, little at a flat end. */
  rimMm: Float32Array;
  /** Half the depth along the beam, by v. */
  halfDepthMm: Profile;
  /** Half the width, by v: strands of trabeculae spread with it. */
  halfWidthMm: Profile;
  /** Mineral of the medulla relative to solid cortex, by v. */
  trabecular: Profile;
  /** How strongly trabeculae stand out of the medulla: standard deviation over mean. */
  textureContrast: number;
  /** 1 where the trabeculae look like a honeycomb, 0 where they run along the bone, by v. */
  honeycomb: Profile;
  erosion?: BoneErosion;
};

/** From a bone's own frame to the hand's. */
export const toHand = ({ x, y, dirX, dirY }: Frame, u: number, v: number) => ({
  x: x - u * dirY + v * dirX,
  y: y + u * dirX + v * dirY,
});

/** A direction, in degrees clockwise from fingers-up, as a frame at a point. */
export function frameAt(x: number, y: number, degrees: number): Frame {
  const angle = (degrees * Math.PI) / 180;
  return { x, y, dirX: Math.sin(angle), dirY: -Math.cos(angle) };
}
