import { expect, test } from 'vitest';
import { frameAt } from '../bones/bone.ts';
import { shareLeft } from '../bones/bone-erosion.ts';
import { type TubularBone, tubularBone } from '../bones/tubular-bone.ts';
import { METACARPAL, MIDDLE_PHALANX, PROXIMAL_PHALANX } from '../bones/tubular-shapes.ts';
import { createRandom } from '../random.ts';
import { erode } from './lesion.ts';

type FacingBones = { proximal: TubularBone; distal: TubularBone };

const JOINTS = { MCP: [METACARPAL, PROXIMAL_PHALANX], PIP: [PROXIMAL_PHALANX, MIDDLE_PHALANX] } as const;

function joint(kind: 'MCP' | 'PIP', percent: number, seed: number): FacingBones {
  const [proximal, distal] = JOINTS[kind].map((shape) =>
    tubularBone(
      shape === METACARPAL ? 'metacarpal' : 'phalanx',
      shape,
      { lengthMm: shape.lengthMm, widthScale: 1, frame: frameAt(0, 0, 0) },
      createRandom(1),
    ),
  ) as [TubularBone, TubularBone];
  erode(proximal, distal, percent, createRandom(seed));
  return { proximal, distal };
}

/** Of each point of both articular surfaces, radial to ulnar: whether its bone is gone. */
const goneAlongSurface = ({ proximal, distal }: FacingBones): boolean[] =>
  (
    [
      [proximal, proximal.headSurface],
      [distal, distal.baseSurface],
    ] as const
  ).flatMap(([{ erosion, outline }, surface]) =>
    Array.from(
      surface,
      (i) => erosion !== undefined && shareLeft(erosion, outline.x[i]!, outline.y[i]!, 0) < 0.5,
    ),
  );

const percentGone = (bones: FacingBones): number => {
  const gone = goneAlongSurface(bones);
  return (100 * gone.filter(Boolean).length) / gone.length;
};

test.each(['MCP', 'PIP'] as const)('as much of the surface of the %s joint is gone as was asked', (kind) => {
  for (const percent of [0, 2, 5, 10, 20, 40, 60, 80, 95, 100]) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const gone = percentGone(joint(kind, percent, seed));
      expect(Math.abs(gone - percent), `${percent} % asked, ${gone} % gone, seed ${seed}`).toBeLessThan(5);
    }
  }
});

test.each(['MCP', 'PIP'] as const)(
  'a lesion of the %s joint that grows spares nothing that was gone',
  (kind) => {
    for (const seed of [1, 2, 3]) {
      let before = goneAlongSurface(joint(kind, 5, seed));
      for (const percent of [15, 30, 50, 70, 90, 100]) {
        const now = goneAlongSurface(joint(kind, percent, seed));
        expect(now.filter((gone, i) => before[i] && !gone)).toEqual([]);
        before = now;
      }
    }
  },
);

test('a small lesion is one notch at a margin, where no cartilage covers the bone', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { proximal, distal } = joint('MCP', 5, seed);
    const surfaces = [
      { bone: proximal, surface: proximal.headSurface },
      { bone: distal, surface: distal.baseSurface },
    ];
    const eaten = surfaces.filter(({ bone }) => (bone.erosion?.bites.length ?? 0) > 0);
    expect(eaten).toHaveLength(1);
    const { bone, surface } = eaten[0]!;
    const [radial, ulnar] = [surface[0]!, surface.at(-1)!].map(
      (i) => shareLeft(bone.erosion!, bone.outline.x[i]!, bone.outline.y[i]!, 0) < 0.5,
    );
    expect([radial, ulnar].filter(Boolean)).toHaveLength(1);
  }
});

test('lesions differ from seed to seed in where they lie', () => {
  const places = [1, 2, 3, 4, 5].map((seed) =>
    goneAlongSurface(joint('MCP', 30, seed))
      .map(Number)
      .join(''),
  );
  expect(new Set(places).size).toBe(5);
});
