/**
 * Shapes of the tubular bones on a postero-anterior film, for the third ray of an adult, in mm.
 * v runs from the base (0) to the tip; each row is the half-width at a height. Measured on films
 * by eye; lengths come from Buryanov & Kotiuk 2010 (anatomy.ts).
 */
import { points, type XY } from './outline.ts';

export type TubularShape = {
  lengthMm: number;
  /** The ends keep their shape when the bone is longer or shorter: only what lies between stretches. */
  baseZoneMm: number;
  headZoneMm: number;
  /** Base contour, left half from the rim to the middle: [u, v]. Mirrored on the right. */
  base: readonly XY[];
  /** Sides, from base to head: [v, half-width]. */
  sides: readonly XY[];
  /** Head contour, left half from the margin to the middle. */
  head: readonly XY[];
  /** Heights at which the axis crosses the base's and the head's surface. */
  baseMiddleMm: number;
  /** Articular margins: how far the surface reaches back along the sides. */
  baseArticularMm: number;
  headArticularMm: number;
  midCortexMm: number;
  /** How far mid-shaft lies off the straight axis, towards the thumb's side. */
  bowMm: number;
  /** Half-depth over half-width along the beam, at base, mid-shaft and head. */
  depthRatio: readonly [number, number, number];
  /** Second contour of the head and of the base. */
  headInsetMm: number;
  baseInsetMm: number;
  headRimMm: number;
  headHoneycomb: number;
};

export const METACARPAL: TubularShape = {
  lengthMm: 63.4,
  baseZoneMm: 14,
  headZoneMm: 14,
  base: points('-5.3 1.6, -3.2 0.4, 0 0'),
  sides: points('5 5.9, 10 5.2, 16 4.2, 24 3.55, 32 3.4, 40 3.7, 46 4.3, 51 5.1, 54 6.0, 56.4 6.55, 58 6.2'),
  head: points('-5.5 59.8, -4.4 61.7, -2.5 62.95, 0 63.4'),
  baseMiddleMm: 0,
  baseArticularMm: 0,
  headArticularMm: 4.2,
  midCortexMm: 1.75,
  bowMm: 0,
  depthRatio: [0.95, 1.05, 1],
  headInsetMm: 1.7,
  baseInsetMm: 0.8,
  headRimMm: 5,
  headHoneycomb: 0.7,
};

export const PROXIMAL_PHALANX: TubularShape = {
  lengthMm: 43.6,
  baseZoneMm: 13,
  headZoneMm: 9,
  base: points('-6.2 0.7, -5.1 0.05, -2.8 0.95, 0 1.5'),
  sides: points(
    '2.3 6.7, 4.6 6.3, 8.5 5.3, 13 4.6, 20 4.15, 27 3.95, 32.5 3.9, 36 4.15, 38.6 4.75, 40.4 5.15, 41.8 5.0',
  ),
  head: points('-4.5 43, -3 43.6, -1.4 43.1, 0 42.6'),
  baseMiddleMm: 1.5,
  baseArticularMm: 1.75,
  headArticularMm: 2.2,
  midCortexMm: 1.35,
  bowMm: 0,
  depthRatio: [0.75, 0.85, 0.8],
  headInsetMm: 0.5,
  baseInsetMm: 1.1,
  headRimMm: 2.2,
  headHoneycomb: 0.5,
};

export const MIDDLE_PHALANX: TubularShape = {
  lengthMm: 25.6,
  baseZoneMm: 9,
  headZoneMm: 7,
  base: points('-5.3 0.9, -4.5 0.35, -2.6 0.9, -1.2 0.45, 0 0'),
  sides: points('2 5.7, 4 5.2, 7 4.3, 11 3.5, 15 3.2, 18.5 3.3, 21 3.8, 22.8 4.4, 24 4.35'),
  head: points('-3.8 25.2, -2.6 25.6, -1.2 25.2, 0 24.9'),
  baseMiddleMm: 0,
  baseArticularMm: 1.1,
  headArticularMm: 1.7,
  midCortexMm: 1.15,
  bowMm: 0,
  depthRatio: [0.75, 0.85, 0.8],
  headInsetMm: 0.4,
  baseInsetMm: 0.9,
  headRimMm: 1.8,
  headHoneycomb: 0.4,
};

export const DISTAL_PHALANX: TubularShape = {
  lengthMm: 17.4,
  baseZoneMm: 6,
  headZoneMm: 7,
  base: points('-4.3 0.9, -3.5 0.4, -1.8 0.5, 0 0'),
  sides: points('1.9 4.4, 3.6 3.7, 6 2.6, 8.5 2.05, 10.5 2.1, 11.6 2.6, 12.7 3.55, 13.6 3.35, 14.6 3.45'),
  head: points('-3.0 16, -2.1 17, -1 17.35, 0 17.4'),
  baseMiddleMm: 0,
  baseArticularMm: 0.8,
  headArticularMm: 0,
  midCortexMm: 0.8,
  bowMm: 0,
  depthRatio: [0.7, 0.8, 0.55],
  headInsetMm: 0,
  baseInsetMm: 0.7,
  headRimMm: 2.4,
  headHoneycomb: 0.6,
};

/** The thumb's own: a saddle for a base, a broad flat head. */
export const THUMB_METACARPAL: TubularShape = {
  ...METACARPAL,
  lengthMm: 44.5,
  baseZoneMm: 13,
  headZoneMm: 12,
  base: points('-6.2 1.8, -4.4 0.2, -2 0.6, 0 1.0'),
  sides: points('4.5 6.9, 9 6.1, 14 5.0, 21 4.2, 28 4.2, 33 4.9, 37 5.9, 39.6 6.6, 41.2 6.5'),
  head: points('-5.7 42.9, -4 44, -2 44.4, 0 44.5'),
  headArticularMm: 3.6,
  headInsetMm: 1.1,
  headRimMm: 4,
  bowMm: 0.7,
};

export const THUMB_PROXIMAL_PHALANX: TubularShape = {
  ...PROXIMAL_PHALANX,
  lengthMm: 30.4,
  baseZoneMm: 11,
  headZoneMm: 9,
  base: points('-6.3 0.9, -5.1 0.15, -2.8 0.8, 0 1.2'),
  sides: points('2.3 6.8, 4.6 6.1, 8 5.0, 13 4.0, 18 3.7, 22 4.1, 25 4.9, 27.2 5.4, 28.7 5.2'),
  head: points('-4.5 29.9, -3 30.4, -1.4 30.1, 0 29.8'),
  baseMiddleMm: 1.2,
  baseArticularMm: 1.5,
  bowMm: 0.7,
};

export const THUMB_DISTAL_PHALANX: TubularShape = {
  ...DISTAL_PHALANX,
  lengthMm: 21.2,
  baseZoneMm: 8,
  headZoneMm: 8,
  base: points('-5.4 0.9, -4.3 0.4, -2.2 0.6, 0 0.2'),
  sides: points('2.2 5.6, 4.4 4.6, 7.5 3.2, 10.5 2.7, 13 2.8, 15 3.5, 16.4 4.0, 18 3.9'),
  head: points('-3.5 19.7, -2.4 20.8, -1.1 21.1, 0 21.2'),
  baseMiddleMm: 0.2,
  bowMm: 0.7,
};

/** What an amputation through the metacarpal leaves: a base and half a shaft, healed to a blunt point. */
export const METACARPAL_STUMP: TubularShape = {
  ...METACARPAL,
  lengthMm: 34,
  headZoneMm: 6,
  sides: points('5 5.9, 10 5.2, 16 4.2, 22 3.6, 27 3.3, 30.5 2.9'),
  head: points('-2.4 32.4, -1.4 33.7, 0 34'),
  headArticularMm: 0,
  headInsetMm: 0,
  headRimMm: 2,
};
