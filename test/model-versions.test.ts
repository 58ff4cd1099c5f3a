/** Several versions of the scoring model at once: shares of the requests, pins, and never both in one radiograph. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../cli/csv.ts';
import { connectScoring, score } from '../client/index.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { type JsonReply, scoreJson } from './harness/score.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '..', 'model-servers', 'repository');
/** With shares of half, all of one version is once in 2¹⁵. */
const FILMS = 16;

let mesh: Mesh;
let repository: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'versions-'));
  await cp(REPOSITORY, repository, { recursive: true });
  // The same network under other numbers: what is looked at is who answers, not what.
  for (const version of ['2', '3']) {
    await cp(join(repository, 'joint-scoring', '1'), join(repository, 'joint-scoring', version), {
      recursive: true,
    });
  }
  await asksForTooMuch(join(repository, 'joint-scoring', '3', 'config.json'));
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

/** No joint is as scorable as this config wants it. */
async function asksForTooMuch(path: string): Promise<void> {
  const config = JSON.parse(await readFile(path, 'utf8'));
  config.parameters.threshold.stringValue = '1.1';
  await writeFile(path, JSON.stringify(config));
}

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

test('who pins a version over gRPC gets that one each time', async () => {
  const client = connectScoring(mesh.grpc);
  try {
    const xray = new Uint8Array((await syntheticHand(1)).png);
    const options = { modelVersions: { 'joint-scoring': '1' } };
    for (let film = 0; film < FILMS / 2; film++) {
      const { joints } = await score(client, { xray, options }, { deadlineMs: 30_000 });
      const versions = joints.map(({ result }) =>
        result?.$case === 'scored' ? result.value.model?.version : undefined,
      );
      expect(versions).toEqual(joints.map(() => '1'));
    }
  } finally {
    client.close();
  }
});

describe('over REST', () => {
  const ask = async (query: string) =>
    scoreJson({ url: mesh.url, query }, (await syntheticHand(1)).png, { headers: { prefer: 'wait=30' } });

  test.each(['1', '2'])('who pins version %s gets that one each time', async (version) => {
    for (let film = 0; film < FILMS / 2; film++) {
      const { status, body } = await ask(`?modelVersions=joint-scoring:${version},joint-refinement:1`);
      expect(status).toBe(200);
      expect(versionsIn(body.joints)).toEqual(new Set([version]));
    }
  });

  test('a version goes by its own config, not by that of the latest', async () => {
    const { status, body } = await ask('?modelVersions=joint-scoring:3');
    expect(status).toBe(200);
    expect(new Set(Object.values(body.missing))).toEqual(new Set(['unscorable']));
  });

  test('a version that no pod serves is refused, with those that there are', async () => {
    await mesh.waitUntil(
      'every pod has said what it serves',
      async () => {
        const { status, body } = await ask('?modelVersions=joint-scoring:7');
        if (status !== 400) return false;
        expect(body.type).toBe('/problems/unknown-model');
        expect(body.detail).toBe('No pod serves that version of joint-scoring. Served now: 1, 2, 3.');
        return true;
      },
      20_000,
    );
  });

  test.each([
    ['?modelVersions=joint-scorin:1', 'unknown-model'],
    ['?modelVersions=joint-scoring:latest', 'bad-request'],
    ['?modelversions=joint-scoring:1', 'unknown-field'],
  ])('%s is no pin, and told so: %s', async (query, code) => {
    const { status, body } = await ask(query);
    expect({ status, type: body.type }).toEqual({ status: 400, type: `/problems/${code}` });
  });
});

test('npm run score -- --model keeps a folder of films to one version', async () => {
  const film = join(repository, 'hand.png');
  await writeFile(film, (await syntheticHand(1)).png);
  const csv = join(repository, 'scores.csv');
  for (const version of ['1', '2']) {
    await rm(csv, { force: true });
    const main = join(REPOSITORY, '../../cli/main.ts');
    const words = [main, film, '--url', mesh.url, '--model', `joint-scoring:${version}`, '--csv', csv];
    await run(process.execPath, words);
    const [header, ...rows] = parseCsv(await readFile(csv, 'utf8'));
    const column = header!.indexOf('model_version');
    expect(rows.map((row) => row[column])).toEqual(rows.map(() => version));
    expect(rows).toHaveLength(10);
  }
});
