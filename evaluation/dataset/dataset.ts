/** What an evaluation is made over: films, what is true about them, and what readers said. */
import type { JointName } from '#platform/domain/joints.ts';
import type { Point, TurnDeg } from '#platform/image/grey-image.ts';

export const BODY_PARTS = ['left-hand', 'right-hand', 'both-hands', 'other'] as const;
export type BodyPartKind = (typeof BODY_PARTS)[number];

export const SIDES = ['left', 'right'] as const;
export type Side = (typeof SIDES)[number];

/** What a reader said of one joint. */
export type Grading = {
  /** Ratingen 0 to 5. */
  grade: number;
  /** Destroyed share of the joint surface, 0 to 100, where the reader gave one. */
  percent?: number;
};

export type Film = {
  /** As the manifest names it: the film's name in every result. */
  image: string;
  /** Where it lies. */
  path: string;
  patient: string;
  /** Whose side; undefined where the film shows no one hand. */
  hand: Side | undefined;
  /** ISO 8601, YYYY-MM-DD. */
  date: string | undefined;
  bodyPart: BodyPartKind;
  turnedClockwiseDeg: TurnDeg;
  /** Bone is dark. */
  inverted: boolean;
  /** Millimetres per pixel. */
  spacingMm: number | undefined;
  /** Centres of joints, pixels of the file as a viewer shows it. */
  positions: Partial<Record<JointName, Point>>;
  /** Joints that are not there to be found: amputated, or beyond the film's edge. */
  absent: JointName[];
  /** By reader. */
  gradings: Record<string, Partial<Record<JointName, Grading>>>;
};

export type Dataset = {
  /** Where it was read from. */
  source: string;
  films: Film[];
  /** In the order in which they first occur. */
  readers: string[];
  /** Some or all films are simulated: every result says so. */
  simulated: boolean;
};

/** Left hands: what the system is for. */
export const isLeftHand = ({ bodyPart }: Film): boolean => bodyPart === 'left-hand';
