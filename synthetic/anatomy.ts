/**
 * The skeleton of one left hand, palm down, fingers up, in the hand's frame (mm of an average adult;
 * the film scales it): origin at the base of the third metacarpal, x towards the thumb, y towards the
 * forearm. Lengths: Buryanov & Kotiuk 2010. Positions of the MCP joints and directions of the fingers:
 * median and spread of 43 adult films.
 */
import { isMcp, JOINT_NAMES, type JointName } from '../platform/domain/joints.ts';
import type { Point } from '../platform/image/grey-image.ts';
import { type Bone, frameAt, toHand } from './bones/bone.ts';
import { carpalBones, sesamoid } from './bones/carpus.ts';
import { forearmBones } from './bones/forearm.ts';
import { type TubularBone, tubularBone } from './bones/tubular-bone.ts';
import * as shapes from './bones/tubular-shapes.ts';
import { type Collapse, collapseOf, erode } from './lesions/lesion.ts';
import type { Random } from './random.ts';

type Ray = {
  /** Lengths of metacarpal, proximal, (middle,) distal phalanx, from joint to joint. */
  lengthsMm: readonly number[];
  widthScale: readonly number[];
  /** Base of the metacarpal, and the direction of metacarpal and phalanges, degrees clockwise of up. */
  base: Point;
  metacarpalDeg: number;
  phalangesDeg: number;
  /** How much further each later phalanx leans. */
  bendDeg: readonly number[];
};

const RAYS: Record<number, Ray> = {
  1: {
    lengthsMm: [46.2, 31.2, 22.4],
    widthScale: [1, 0.98, 0.95],
    base: { x: 26, y: 7.6 },
    metacarpalDeg: 37,
    phalangesDeg: 30,
    bendDeg: [0, -4],
  },
  2: {
    lengthsMm: [68.1, 39.8, 23.6, 16.6],
    widthScale: [1.03, 0.97, 0.96, 0.94],
    base: { x: 12, y: 2.2 },
    metacarpalDeg: 9.8,
    phalangesDeg: 9.7,
    bendDeg: [0, -1, -2.5],
  },
  3: {
    lengthsMm: [65.4, 44.6, 27.4, 18],
    widthScale: [1, 1, 1, 1],
    base: { x: -0.4, y: 1.3 },
    metacarpalDeg: 1.2,
    phalangesDeg: -1.6,
    bendDeg: [0, 0, 0],
  },
  4: {
    lengthsMm: [57.3, 41.4, 26.2, 17.9],
    widthScale: [0.88, 0.94, 0.95, 0.96],
    base: { x: -9.9, y: 0.2 },
    metacarpalDeg: -8.2,
    phalangesDeg: -12.3,
    bendDeg: [0, 1, 2],
  },
  5: {
    lengthsMm: [50.5, 32.9, 19.1, 16.4],
    widthScale: [0.88, 0.83, 0.8, 0.83],
    base: { x: -16.8, y: 2.8 },
    metacarpalDeg: -22.5,
    phalangesDeg: -29.5,
    bendDeg: [0, 3, 6],
  },
};

/** Joint gaps on a film, mm: MCP 1.4 ± 0.25 (normal adults), PIP and DIP narrower. */
const GAP_MM = { mcp: 1.5, pip: 1.05, dip: 0.9 };

export type Joint = { centre: Point; axis: Point; erosionPercent: number; missing: boolean };
/** Points along a finger for its soft tissue: MCP, joints, tip of the last phalanx. */
export type RayLine = { ray: number; base: Point; mcp: Point; points: Point[]; amputated: boolean };

export type Hand = {
  bones: Bone[];
  joints: Record<JointName, Joint>;
  rays: RayLine[];
  forearmLeanDeg: number;
};

const shapesOf = (ray: number) =>
  ray === 1
    ? [shapes.THUMB_METACARPAL, shapes.THUMB_PROXIMAL_PHALANX, shapes.THUMB_DISTAL_PHALANX]
    : [shapes.METACARPAL, shapes.PROXIMAL_PHALANX, shapes.MIDDLE_PHALANX, shapes.DISTAL_PHALANX];

export function createHand(
  percentOf: (joint: JointName) => number,
  missingFingers: readonly number[],
  random: Random,
): Hand {
  const pose = random.fork('pose');
  const spread = pose.normal(0, 1);
  const forearmLeanDeg = pose.normal(0, 6);
  const bones: Bone[] = [...forearmBones(forearmLeanDeg), ...carpalBones(random.fork('carpus'))];
  const rays: RayLine[] = [];
  const joints = {} as Record<JointName, Joint>;
  for (const ray of [1, 2, 3, 4, 5]) {
    const built = buildRay(ray, spread, percentOf, missingFingers.includes(ray), random.fork(`ray ${ray}`));
    bones.push(...built.bones);
    rays.push(built.line);
    Object.assign(joints, built.joints);
  }
  bones.push(...thumbSesamoids(rays[0]!, random.fork('sesamoids')));
  return {
    bones,
    joints: Object.fromEntries(JOINT_NAMES.map((name) => [name, joints[name]])) as Record<JointName, Joint>,
    rays,
    forearmLeanDeg,
  };
}

/** The thumb moves on its own; the fingers fan out together, the little finger most. */
const FAN = [0, 7, 4.2, 0.6, -2.6, -6.2];

function buildRay(
  ray: number,
  spread: number,
  percentOf: (joint: JointName) => number,
  amputated: boolean,
  random: Random,
) {
  const { lengthsMm, widthScale, base, metacarpalDeg, phalangesDeg, bendDeg } = RAYS[ray]!;
  const pose = random.fork('pose');
  const thumbDeg = ray === 1 ? pose.normal(0, 8) : 0;
  const metacarpal = metacarpalDeg + thumbDeg * 0.8 + pose.normal(0, 1.2) + (FAN[ray]! * spread) / 8;
  const phalanges = phalangesDeg + thumbDeg + pose.normal(0, 2) + (ray === 1 ? 0 : FAN[ray]! * spread);
  const ring = shapesOf(ray);
  const bones: TubularBone[] = [];
  const joints: Partial<Record<JointName, Joint>> = {};
  const points: Point[] = [];
  let start: Point = { x: base.x + pose.normal(0, 0.3), y: base.y + pose.normal(0, 0.3) };
  const lineBase = start;
  let degrees = metacarpal;
  let mcp = start;
  let collapse: Collapse | undefined;
  for (let k = 0; k < ring.length; k++) {
    const proximalJoint = jointBefore(ray, k);
    const distalJoint = jointBefore(ray, k + 1);
    if (k > 0) degrees = phalanges + bendDeg[k - 1]! + pose.normal(0, 1.5) - (collapse?.ulnarAngleDeg ?? 0);
    // A bent joint shows its phalanx foreshortened.
    const foreshortened = k === 0 ? 1 : Math.cos((Math.abs(pose.normal(0, 9)) * Math.PI) / 180);
    const spanMm = lengthsMm[k]! * foreshortened * pose.uniform(0.98, 1.02);
    const gapBefore = k === 0 ? 0 : gapOf(proximalJoint) * (collapse?.gapScale ?? 1);
    const gapAfter = k === ring.length - 1 ? 0 : gapOf(distalJoint);
    const shape = amputated && k === 0 ? { ...shapes.METACARPAL_STUMP, midCortexMm: 1.5 } : ring[k]!;
    const osteopenia = {
      base: osteopeniaOf(proximalJoint, percentOf),
      head: osteopeniaOf(distalJoint, percentOf),
    };
    const fullLength = spanMm - gapBefore / 2 - gapAfter / 2 + middleOf(ring[k]!, widthScale[k]!);
    const direction = frameAt(start.x, start.y, degrees);
    if (!amputated || k === 0) {
      const bone = tubularBone(
        `ray ${ray} bone ${k}`,
        shape,
        {
          lengthMm: amputated ? fullLength * 0.55 : fullLength,
          widthScale: widthScale[k]!,
          frame: direction,
        },
        random.fork(`bone ${k}`),
        osteopenia,
      );
      const origin = toHand(direction, 0, (k === 0 ? 0 : gapBefore / 2) - bone.baseMiddleMm);
      bone.frame = { ...direction, x: origin.x, y: origin.y };
      const percent = proximalJoint ? percentOf(proximalJoint) : 0;
      if (k > 0 && percent > 0) erode(bones[k - 1]!, bone, percent, random.fork(`lesion ${k}`));
      bones.push(bone);
    }
    const end = toHand(direction, 0, spanMm);
    if (k === 0) mcp = end;
    if (k > 0) points.push(end);
    if (distalJoint) {
      const percent = amputated ? 0 : percentOf(distalJoint);
      collapse = collapseOf(percent, isMcp(distalJoint), random.fork(`collapse ${k}`));
      // The gap of a joint that telescopes lies half-way along the way its far bone has come.
      const halfWay = toHand(direction, -collapse.ulnarShiftMm / 2, spanMm - collapse.telescopeMm / 2);
      joints[distalJoint] = {
        centre: halfWay,
        axis: { x: 0, y: 0 },
        erosionPercent: percent,
        missing: amputated,
      };
      start = toHand(direction, -collapse.ulnarShiftMm, spanMm - collapse.telescopeMm);
      if (k > 0) points[points.length - 1] = halfWay;
      else mcp = halfWay;
    } else {
      collapse = undefined;
      start = end;
    }
  }
  pointAlongFinger(joints, ray);
  return { bones, joints, line: { ray, base: lineBase, mcp, points, amputated } satisfies RayLine };
}

/** The scored joint at the base of a ray's k-th bone; undefined for the wrist's and the last finger joints. */
const jointBefore = (ray: number, k: number): JointName | undefined =>
  k === 1 ? (`mcp${ray}` as JointName) : k === 2 ? (`pip${ray}` as JointName) : undefined;

const gapOf = (joint: JointName | undefined): number =>
  joint === undefined ? GAP_MM.dip : isMcp(joint) ? GAP_MM.mcp : GAP_MM.pip;

/** What base and head add to a bone's length beyond the points where its axis crosses their surfaces. */
const middleOf = (shape: shapes.TubularShape, widthScale: number): number =>
  (shape.baseMiddleMm + shape.lengthMm - shape.head.at(-1)![1]) * widthScale;

const osteopeniaOf = (joint: JointName | undefined, percentOf: (joint: JointName) => number): number =>
  joint === undefined ? 0 : Math.min(1, percentOf(joint) / 60);

/** Each joint's axis points from the MCP to the PIP joint of its finger. */
function pointAlongFinger(joints: Partial<Record<JointName, Joint>>, ray: number): void {
  const mcp = joints[`mcp${ray}` as JointName]!;
  const pip = joints[`pip${ray}` as JointName]!;
  const length = Math.hypot(pip.centre.x - mcp.centre.x, pip.centre.y - mcp.centre.y);
  const axis = { x: (pip.centre.x - mcp.centre.x) / length, y: (pip.centre.y - mcp.centre.y) / length };
  mcp.axis = axis;
  pip.axis = axis;
}

/** Two pea-sized bones in the tendons before the thumb's MCP; from behind, one shows beside the head. */
function thumbSesamoids(thumb: RayLine, random: Random): Bone[] {
  if (thumb.amputated) return [];
  const angle = Math.atan2(thumb.mcp.x - thumb.base.x, thumb.base.y - thumb.mcp.y);
  const frame = frameAt(thumb.mcp.x, thumb.mcp.y, (angle * 180) / Math.PI);
  const beside = toHand(frame, -random.uniform(7.5, 9), -random.uniform(2, 4));
  const before = toHand(frame, random.uniform(-2, 2.5), -random.uniform(3, 5));
  return [
    sesamoid('ulnar sesamoid', beside.x, beside.y, random.uniform(2, 2.6), random),
    sesamoid('radial sesamoid', before.x, before.y, random.uniform(1.8, 2.4), random),
  ];
}
