/** A synthetic radiograph of a hand with all that is true about it. Pure: a seed and wishes in, pixels out. */

import { gradeOfPercent } from '../platform/domain/grades.ts';
import { isMcp, JOINT_NAMES, type JointName } from '../platform/domain/joints.ts';
import type { GreyImage, Point, TurnDeg } from '../platform/image/grey-image.ts';
import type { Joint } from './anatomy.ts';
import type { FilmMap, Placement } from './film/bone-mineral.ts';
import { toFilm } from './film/bone-mineral.ts';
import { exposeFilm, randomExposure } from './film/expose-film.ts';
import { type HandMaps, handMaps } from './film/hand-maps.ts';
import { addCollimation, addMarker } from './film/marker.ts';
import { directionTurned, mirrored, pointTurned, turnedClockwise } from './film/orientation.ts';
import { createRandom, type Random } from './random.ts';

export type SubjectKind = 'left-hand' | 'right-hand' | 'both-hands';
/** Eroded percent (0–100) of the articular outline, by joint; those not named are healthy. */
export type Lesions = Partial<Record<JointName, number>>;

export type RenderOptions = {
  seed: number;
  /** `left-hand` if absent. */
  subject?: SubjectKind;
  /** `none` if absent. `random` draws a patient: many healthy joints, few destroyed, MCP 2–3 and PIP 3 most. */
  lesions?: Lesions | 'random' | 'none';
  /** Rays (1–5) amputated through the metacarpal: their joints are missing. */
  missingFingers?: readonly number[];
  turnedClockwiseDeg?: TurnDeg;
  /** Millimetres per pixel; 0.2 if absent. */
  spacingMm?: number;
  /** Bone dark on a light film. */
  inverted?: boolean;
};

export type TrueJoint = {
  /** Middle of the joint gap, pixels of the film as it lies (a pixel's centre is at its index + 0.5). */
  x: number;
  y: number;
  /** Unit vector from the finger's MCP to its PIP joint. */
  axis: Point;
  erosionPercent: number;
  /** Ratingen grade. */
  grade: number;
  /** Set where the finger is amputated; x and y then say where the joint would be. */
  missing?: true;
};

export type Truth = {
  simulated: true;
  seed: number;
  subject: SubjectKind;
  turnedClockwiseDeg: TurnDeg;
  inverted: boolean;
  spacingMm: number;
  /** Of the left hand where both are on the film. */
  joints: Record<JointName, TrueJoint>;
  /** Mean distance MCP–PIP of fingers 2 to 5, pixels. */
  handScalePx: number;
};

export type SyntheticRadiograph = GreyImage & { truth: Truth };

export function renderHand(options: RenderOptions): SyntheticRadiograph {
  const {
    seed,
    subject = 'left-hand',
    turnedClockwiseDeg = 0,
    spacingMm = 0.2,
    inverted = false,
    missingFingers = [],
  } = options;
  const random = createRandom(seed);
  const lesions = lesionsOf(options.lesions ?? 'none', random.fork('lesions'));
  const left = handMaps(
    { percentOf: (joint) => lesions[joint] ?? 0, missingFingers, spacingMm },
    random.fork('left'),
  );
  const film = subject === 'both-hands' ? besideEachOther(left, otherHand(options, spacingMm, random)) : left;
  const { width, height } = film.soft;

  const flip = subject === 'right-hand';
  const lead = new Float32Array(width * height);
  addMarker(lead, film.soft, flip ? 'R' : 'L', flip, spacingMm, random.fork('marker'));
  addCollimation(lead, width, height, spacingMm, random.fork('collimation'));
  const pixels = exposeFilm(
    film.soft,
    film.mineral,
    lead,
    spacingMm,
    randomExposure(random.fork('exposure')),
    random.fork('noise'),
  );
  if (inverted) for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - pixels[i]!;

  const upright = flip ? mirrored({ width, height, pixels }) : { width, height, pixels };
  const place = ({ centre, axis, erosionPercent, missing }: Joint): TrueJoint => {
    const at = toFilm(left.placement, centre.x, centre.y);
    const towards = directionOnFilm(left.placement, axis);
    const point = flip ? { x: width - at.x, y: at.y } : at;
    const direction = flip ? { x: -towards.x, y: towards.y } : towards;
    return {
      ...pointTurned(point, turnedClockwiseDeg, width, height),
      axis: directionTurned(direction, turnedClockwiseDeg),
      erosionPercent,
      grade: gradeOfPercent(erosionPercent),
      ...(missing ? { missing: true as const } : {}),
    };
  };
  const joints = Object.fromEntries(
    JOINT_NAMES.map((name) => [name, place(left.hand.joints[name])]),
  ) as Record<JointName, TrueJoint>;
  return {
    ...turnedClockwise(upright, turnedClockwiseDeg),
    truth: {
      simulated: true,
      seed,
      subject,
      turnedClockwiseDeg,
      inverted,
      spacingMm,
      joints,
      handScalePx: handScale(joints),
    },
  };
}

function lesionsOf(wish: Lesions | 'random' | 'none', random: Random): Lesions {
  if (wish === 'none') return {};
  if (wish !== 'random') return wish;
  // Patients differ more than their joints do: one draw for the patient, one for each joint.
  const burden = random.uniform(0.15, 0.85);
  const lesions: Lesions = {};
  for (const joint of JOINT_NAMES) {
    const favourite = joint === 'mcp2' || joint === 'mcp3' || joint === 'pip3';
    const eroded = random.chance(burden * (favourite ? 1.15 : isMcp(joint) ? 0.9 : 0.75));
    const percent = 1 + 99 * random.uniform(0, 1) ** (3.2 - 2.4 * burden);
    if (eroded) lesions[joint] = Math.round(percent);
  }
  return lesions;
}

function otherHand({ lesions }: RenderOptions, spacingMm: number, random: Random): HandMaps {
  const own = lesionsOf(lesions === 'random' ? 'random' : 'none', random.fork('other lesions'));
  return handMaps(
    { percentOf: (joint) => own[joint] ?? 0, missingFingers: [], spacingMm },
    random.fork('right'),
  );
}

/** The left hand as it is, the right hand mirrored beside it, thumbs towards each other. */
function besideEachOther(left: HandMaps, right: HandMaps): { soft: FilmMap; mineral: FilmMap } {
  const width = left.soft.width + right.soft.width;
  const height = Math.min(left.soft.height, right.soft.height);
  const join = (a: FilmMap, b: FilmMap): FilmMap => {
    const values = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      values.set(a.values.subarray(y * a.width, (y + 1) * a.width), y * width);
      for (let x = 0; x < b.width; x++)
        values[y * width + a.width + x] = b.values[y * b.width + b.width - 1 - x]!;
    }
    return { width, height, values };
  };
  return { soft: join(left.soft, right.soft), mineral: join(left.mineral, right.mineral) };
}

const directionOnFilm = ({ cos, sin }: Placement, { x, y }: Point): Point => ({
  x: x * cos - y * sin,
  y: x * sin + y * cos,
});

function handScale(joints: Record<JointName, TrueJoint>): number {
  const spans = ([2, 3, 4, 5] as const).map((finger) => {
    const mcp = joints[`mcp${finger}`];
    const pip = joints[`pip${finger}`];
    return Math.hypot(pip.x - mcp.x, pip.y - mcp.y);
  });
  return spans.reduce((sum, span) => sum + span, 0) / spans.length;
}
