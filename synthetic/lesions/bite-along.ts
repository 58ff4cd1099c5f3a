/** Bays of an erosion: discs of chance size taken out of a bone along its articular surface. */
import { erosionOf, widen } from '../bones/bone-erosion.ts';
import { STEP_MM } from '../bones/outline.ts';
import { surfaceOf, type TubularBone } from '../bones/tubular-bone.ts';

/** A bay grows deeper more slowly than it grows away from its ends: no shelf and no overhanging cap is left. */
const TAPER = 0.85;

/** A destroyed stretch of an articular surface, mm from the surface's first outline point. */
export type Stretch = {
  fromMm: number;
  toMm: number;
  /** How far the bay reaches beyond an end that lies at the surface's margin. */
  spillBefore: number;
  spillAfter: number;
};

/** Bites centred on the outline, none of which reaches past the ends of its stretch. */
export function biteAlong(
  bone: TubularBone,
  end: 'head' | 'base',
  { fromMm, toMm, spillBefore, spillAfter }: Stretch,
  radiusAt: (mm: number) => number,
): void {
  const erosion = erosionOf(bone);
  const { x, y, count } = bone.outline;
  const first = surfaceOf(bone, end)[0]!;
  const low = fromMm - spillBefore;
  const high = toMm + spillAfter;
  for (let k = Math.ceil(low / STEP_MM); k * STEP_MM <= high; k += 2) {
    const mm = k * STEP_MM;
    // The edge of a bite is soft over a quarter of a millimetre: it may overlap an end by half of that.
    const r = Math.min(radiusAt(mm), TAPER * (high - mm) + 0.12, TAPER * (mm - low) + 0.12);
    if (r <= 0) continue;
    const i = (first + k + count * 2) % count;
    erosion.bites.push(x[i]!, y[i]!, r);
    widen(erosion, x[i]!, y[i]!, r);
  }
}
