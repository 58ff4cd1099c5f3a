/**
 * Erosions of known extent. The eroded percent is the destroyed share of a joint's articular outline:
 * arc length of the facing surfaces of both bones. Destruction starts at the bare areas, the margins
 * where no cartilage covers the bone (radial side first), and eats inwards and in depth; pockets open
 * under the surface between; from about half the outline on the ends collapse: heads sharpen, bases
 * turn to cups, the joint telescopes.
 * More percent of the same seed never spares a point that less percent destroyed.
 */

import type { BoneErosion } from '../bones/bone-erosion.ts';
import { STEP_MM } from '../bones/outline.ts';
import type { TubularBone } from '../bones/tubular-bone.ts';
import type { Random } from '../random.ts';
import { smoothstep } from '../smoothstep.ts';
import { biteAlong, type Stretch } from './bite-along.ts';
import { shortenEnd } from './shorten-end.ts';

/** What severe destruction does to the position of the distal bone. */
export type Collapse = { telescopeMm: number; ulnarShiftMm: number; ulnarAngleDeg: number; gapScale: number };

const severity = (percent: number): number => smoothstep(42, 95, percent);

export function collapseOf(percent: number, isMcp: boolean, random: Random): Collapse {
  const grown = severity(percent);
  const drift = random.uniform(0.25, 1) * (random.chance(isMcp ? 0.85 : 0.6) ? 1 : -1);
  return {
    telescopeMm: grown * (isMcp ? random.uniform(3.2, 6) : random.uniform(2.8, 4.6)),
    ulnarShiftMm: grown * drift * (isMcp ? 3.5 : 1.8),
    ulnarAngleDeg: grown * drift * (isMcp ? 16 : 11),
    gapScale: 1 - 0.6 * smoothstep(5, 60, percent),
  };
}

/** Where destruction sets in on one bone's surface, how far it can spread, and when. */
type Site = {
  end: 'head' | 'base';
  /** Margins grow inwards from the bare area; a pocket grows both ways from the middle of its stretch. */
  place: 'first margin' | 'last margin' | 'pocket';
  lowMm: number;
  highMm: number;
  startsAt: number;
  fullAt: number;
};

/** Destroys `percent` of the outline of the joint between two bones. */
export function erode(proximal: TubularBone, distal: TubularBone, percent: number, random: Random): void {
  if (percent <= 0) return;
  const arc = {
    head: proximal.headSurface.length * STEP_MM,
    base: distal.baseSurface.length * STEP_MM,
  };
  const sites = sitesOf(arc, random);
  const lengths = growTo((percent / 100) * (arc.head + arc.base), sites);
  const scale = Math.max(0.65, Math.min(1.1, arc.head / 16));
  const stretches = { head: [] as Stretch[], base: [] as Stretch[] };
  for (const [k, site] of sites.entries()) {
    const bone = site.end === 'head' ? proximal : distal;
    const stretch = eat(bone, site, lengths[k]!, scale, random.fork(`site ${k}`));
    if (stretch) stretches[site.end].push(stretch);
  }
  const grown = severity(percent);
  const sharp = random.uniform(2.5, 5) * scale;
  const cup = random.uniform(1.4, 2.4) * scale;
  const sclerosis = random.uniform(0, 0.35);
  if (grown > 0) {
    shortenEnd(proximal, 'head', stretches.head, (t) => grown * scale * (2.2 + sharp * t * t));
    shortenEnd(distal, 'base', stretches.base, (t) => grown * (1.1 + cup * (1 - t * t)));
  }
  for (const { erosion } of [proximal, distal]) if (erosion) setRemainder(erosion, percent, sclerosis);
}

/** Small bites do not pass through the whole bone; old destruction has a denser border. */
function setRemainder(erosion: BoneErosion, percent: number, sclerosis: number): void {
  erosion.residue = Math.max(erosion.residue, 0.14 * (1 - smoothstep(12, 50, percent)));
  erosion.sclerosis = sclerosis * smoothstep(20, 70, percent);
}

/** Which site leads: mostly the radial margin of the head, then that of the base. */
const LEADERS = ['head radial', 'base radial', 'head ulnar', 'base ulnar'] as const;
const LEADS_BELOW = [0.6, 0.78, 0.91, 1];

function sitesOf(arc: { head: number; base: number }, random: Random): Site[] {
  const lead = random.uniform(0, 1);
  const leader = LEADERS[LEADS_BELOW.findIndex((limit) => lead < limit)];
  return (['head', 'base'] as const).flatMap((end) => {
    const first = arc[end] * random.uniform(0.28, 0.46);
    const last = arc[end] * (1 - random.uniform(0.28, 0.46));
    // Round the outline a head runs from radial to ulnar, a base from ulnar to radial.
    const sides = end === 'head' ? (['radial', 'ulnar'] as const) : (['ulnar', 'radial'] as const);
    const starts = (side: 'radial' | 'ulnar') => {
      const late = random.uniform(0.12, 0.38) + (side === 'ulnar' ? 0.1 : 0);
      return leader === `${end} ${side}` ? 0 : late;
    };
    const fullAt = end === 'base' ? random.uniform(0.8, 0.95) : 1;
    return [
      { end, place: 'first margin' as const, lowMm: 0, highMm: first, startsAt: starts(sides[0]), fullAt },
      {
        end,
        place: 'last margin' as const,
        lowMm: last,
        highMm: arc[end],
        startsAt: starts(sides[1]),
        fullAt,
      },
      {
        end,
        place: 'pocket' as const,
        lowMm: first,
        highMm: last,
        startsAt: random.uniform(0.25, 0.55),
        fullAt,
      },
    ];
  });
}

/** How far each site has grown when together they have destroyed `targetMm`. */
function growTo(targetMm: number, sites: Site[]): number[] {
  const at = (time: number) =>
    sites.map(({ lowMm, highMm, startsAt, fullAt }) => {
      const grown = Math.max(0, Math.min(1, (time - startsAt) / (fullAt - startsAt)));
      // Fast at first: a small lesion is one plain notch rather than a nibble at every margin.
      return (highMm - lowMm) * grown ** 0.55;
    });
  let low = 0;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((sum, mm) => sum + mm, 0) < targetMm) low = middle;
    else high = middle;
  }
  return at(high);
}

function eat(
  bone: TubularBone,
  site: Site,
  lengthMm: number,
  scale: number,
  random: Random,
): Stretch | undefined {
  // Drawn before anything is decided by the length, so that a larger lesion grows out of a smaller one.
  const eager = random.uniform(0.75, 1.25);
  const phases = [random.uniform(0, 6.3), random.uniform(0, 6.3)] as const;
  if (lengthMm < STEP_MM / 2) return undefined;
  const isHead = site.end === 'head';
  const isPocket = site.place === 'pocket';
  const deepestMm = Math.min(
    ((isPocket ? 0.9 : 1.3) + 0.42 * lengthMm) * eager,
    (isHead ? 3.8 : 2.8) * (isPocket ? 0.75 : 1) * scale,
  );
  // Beyond the articular margin lies the bare area proper: eaten too, but not counted.
  const spillMm = Math.min(isHead ? 6.5 : 4, 1.5 + 0.5 * lengthMm) * scale;
  const stretch = stretchOf(site, lengthMm, spillMm);
  const lobes = (mm: number) =>
    0.82 + 0.24 * Math.sin(1.7 * mm + phases[0]) + 0.16 * Math.sin(4.3 * mm + phases[1]);
  biteAlong(bone, site.end, stretch, (mm) => deepestMm * lobes(mm));
  return stretch;
}

function stretchOf({ place, lowMm, highMm }: Site, lengthMm: number, spillMm: number): Stretch {
  if (place === 'first margin') return { fromMm: 0, toMm: lengthMm, spillBefore: spillMm, spillAfter: 0 };
  if (place === 'last margin')
    return { fromMm: highMm - lengthMm, toMm: highMm, spillBefore: 0, spillAfter: spillMm };
  const middle = (lowMm + highMm) / 2;
  return { fromMm: middle - lengthMm / 2, toMm: middle + lengthMm / 2, spillBefore: 0, spillAfter: 0 };
}
