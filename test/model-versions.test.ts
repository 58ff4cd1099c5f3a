/** Two versions of the scoring model at once: shares of the requests, pins, and never both in one radiograph. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScoreRequest, ScoreResponse } from '#proto/deepxray/v1/scoring.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { grpcClient, type JsonReply, scoreJson } from './harness/score.ts';

const REPOSITORY = join(import.meta.dirname, '..', 'model-servers', 'repository');
/** With shares of half, all of one version is once in 2¹⁵. */
const FILMS = 16;

let mesh: Mesh;
let repository: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'versions-'));
  await cp(REPOSITORY, repository, { recursive: true });
  // The same network under a second number: what is looked at is who answers, not what.
  await cp(join(repository, 'joint-scoring', '1'), join(repository, 'joint-scoring', '2'), {
    recursive: true,
  });
  const env = {
    DEEPXRAY_MODEL_REPOSITORY: repository,
    DEEPXRAY_MODEL_VERSIONS: 'joint-scoring=1:1,2:1;body-part=1',
  };
  mesh = await startMesh({ env });
});
afterAll(async () => {
  await mesh?.stop();
  await rm(repository, { recursive: true });
});

const versionsIn = (joints: JsonReply['body']['joints']) =>
  new Set(Object.values(joints).map(({ model }) => model.version));

test('each gets its share of the radiographs, and no radiograph is scored by both', async () => {
  const { png } = await syntheticHand(1);
  const seen = new Set<string>();
  for (let film = 0; film < FILMS; film++) {
    const { status, body } = await scoreJson(mesh, png, { headers: { prefer: 'wait=30' } });
    expect(status).toBe(200);
    const versions = versionsIn(body.joints);
    expect(versions.size).toBe(1);
    for (const version of versions) seen.add(version);
  }
  expect(seen).toEqual(new Set(['1', '2']));
});

test('a caller that pins one gets that one each time', async () => {
  const client = grpcClient(mesh);
  try {
    const score = promisify<ScoreRequest, ScoreResponse>(client.score.bind(client));
    const xray = new Uint8Array((await syntheticHand(1)).png);
    const options = { bodyPart: undefined, joints: [], only: [], modelVersions: { 'joint-scoring': '1' } };
    for (let film = 0; film < FILMS / 2; film++) {
      const { joints } = await score({ xray, options });
      const versions = joints.map(({ result }) =>
        result?.$case === 'scored' ? result.value.model?.version : undefined,
      );
      expect(versions).toEqual(joints.map(() => '1'));
    }
  } finally {
    client.close();
  }
});
