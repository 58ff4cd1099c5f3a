/** Real radiographs, in every orientation, and what is no left hand. */
import { readFile } from 'node:fs/promises';
import type { ServiceError } from '@grpc/grpc-js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromServiceError } from '../platform/errors/grpc-status.ts';
import { distances, expectWhole } from './harness/expect-scores.ts';
import { type Film, films, filmsNote, hasFilms, type KnownJoint, knownJoints } from './harness/films.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreGrpcStream, scoreJson, scoreSse } from './harness/score.ts';

const PATIENT = { prefer: 'wait=30' };

let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(async () => {
  await mesh?.stop();
});

/** Held out of training, hands of grown-ups and of children, from both sources. */
function leftHands(): Film[] {
  const held = films().filter((film) => film.bodyPart === 'left_hand' && film.split === 'val');
  const rsna = held.filter((film) => film.source.startsWith('RSNA'));
  const spread = [0.1, 0.35, 0.6, 0.85].map((at) => rsna[Math.floor(at * rsna.length)]!);
  return [...spread, ...held.filter((film) => film.source.startsWith('SHS_NET')).slice(0, 3)];
}

/** Turned clockwise by quarter turns, with the joints' places turned alike. */
async function turned(film: Film, degrees: number, joints: KnownJoint[]) {
  const file = await readFile(film.path);
  const { width, height } = await sharp(file).metadata();
  const place: Record<number, (joint: KnownJoint) => { x: number; y: number }> = {
    0: ({ x, y }) => ({ x, y }),
    90: ({ x, y }) => ({ x: height - y, y: x }),
    180: ({ x, y }) => ({ x: width - x, y: height - y }),
    270: ({ x, y }) => ({ x: y, y: width - x }),
  };
  return {
    png: await sharp(file).rotate(degrees).png({ compressionLevel: 1 }).toBuffer(),
    joints: joints.map((joint) => ({ ...joint, ...place[degrees]!(joint) })),
  };
}

describe.skipIf(!hasFilms)(`real left hands${filmsNote}`, () => {
  const places = hasFilms ? knownJoints() : new Map<string, KnownJoint[]>();

  test.each(hasFilms ? leftHands() : [])('$file has ten scores in any of four orientations', async (film) => {
    const known = places.get(film.file)!;
    for (const degrees of [0, 90, 180, 270]) {
      const { png, joints } = await turned(film, degrees, known);
      const { status, body } = await scoreJson(mesh, png, { headers: PATIENT });
      expect({ degrees, status, detail: body.detail }).toEqual({ degrees, status: 200, detail: undefined });
      expectWhole(body);
      expect({ degrees, missing: body.missing }).toEqual({ degrees, missing: {} });
      expect(body.bodyPart.turnedClockwiseDeg).toBe(((film.turnedClockwiseDeg ?? 0) + degrees) % 360);
      // Two readers of such films differ by 1.7 % in the median, 7.2 % at the 95th percentile.
      for (const { joint, share } of distances(body, joints)) {
        expect(share, `${joint} at ${degrees}°`).toBeLessThan(0.072);
      }
    }
  });
});

describe.skipIf(!hasFilms)(`what is no left hand${filmsNote}`, () => {
  const oneOf = (take: (film: Film) => boolean) =>
    films().find((film) => film.split === 'val' && take(film))!;
  const kinds: [what: string, kind: string, take: (film: Film) => boolean][] = [
    ['a right hand', 'right-hand', ({ bodyPart }) => bodyPart === 'right_hand'],
    ['both hands', 'both-hands', ({ bodyPart }) => bodyPart === 'both_hands'],
    ['a foot', 'other', ({ note }) => note === 'foot'],
    ['a wrist', 'other', ({ note }) => note === 'wrist'],
    ['a chest', 'other', ({ note }) => note === 'chest'],
    ['a photograph', 'other', ({ note }) => note.startsWith('distractor: photo')],
  ];
  test.each(kinds)('%s is refused by name over JSON, SSE and gRPC', async (_what, kind, take) => {
    const file = await readFile(oneOf(take).path);
    await expectRefused(file, kind);
  });
});

test('a blank page is refused over JSON, SSE and gRPC', async () => {
  const page = sharp({ create: { width: 800, height: 1000, channels: 3, background: '#ffffff' } });
  await expectRefused(await page.png().toBuffer(), 'other');
});

async function expectRefused(file: Uint8Array, kind: string): Promise<void> {
  const json = await scoreJson(mesh, file, { headers: PATIENT });
  expect(json.status).toBe(422);
  expect(json.headers.get('content-type')).toContain('application/problem+json');
  expect(json.body).toMatchObject({
    type: '/problems/not-a-left-hand',
    status: 422,
    bodyPart: { kind },
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    requestId: expect.any(String),
  });
  expect(json.body.detail).toMatch(/left hand/);

  const sse = await scoreSse(mesh, file, { headers: PATIENT });
  expect(sse.status).toBe(422);
  expect(sse.problem).toMatchObject({ type: '/problems/not-a-left-hand', bodyPart: { kind } });

  const grpc = await scoreGrpcStream(mesh, file).then(
    () => undefined,
    (error: ServiceError) => fromServiceError(error),
  );
  expect(grpc).toMatchObject({ code: 'not-a-left-hand', metadata: { kind } });
}
