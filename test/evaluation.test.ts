/** The evaluation over a real mesh: whole, repeatable, resumable, and it blames the right step. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STEPS, type Step } from '../evaluation/figures/cases.ts';
import { findFigure } from '../evaluation/figures/figure.ts';
import { evaluate, readFigures, startEvaluate, syntheticCohort, timeless } from './harness/evaluate.ts';
import { freePorts } from './harness/free-ports.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { spoiltRepository } from './harness/spoilt-repository.ts';

/** The long form: `DEEPXRAY_EVALUATION_FILMS=1000`. */
const FILMS = Number(process.env.DEEPXRAY_EVALUATION_FILMS ?? 13);
const LONG_MS = 60_000 + FILMS * 5000;

let folder: string;
let manifest: string;
let mesh: Mesh;
/** Intervals are tested elsewhere. */
const QUICK = ['--draws', '50'];
/** Of the mesh with the models as they are served. */
const sound = () => ['--dataset', manifest, '--url', mesh.url, '--grpc', mesh.grpc, ...QUICK];
const out = (name: string) => join(folder, name);

beforeAll(
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'deepxray-evaluation-'));
    manifest = await syntheticCohort(FILMS);
    mesh = await startMesh();
  },
  60_000 + FILMS * 3000,
);
afterAll(async () => {
  await mesh?.stop();
  await rm(folder, { recursive: true, force: true });
});

const answersIn = async (name: string): Promise<string[]> => {
  const text = await readFile(join(out(name), 'answers.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1);
};

describe('a simulated cohort through the mesh', () => {
  test(
    'every film has its answer, every graded joint is counted once, and all say that it is simulated',
    async () => {
      const { exitCode, stdout, stderr } = await evaluate([...sound(), '--out', out('whole')]);
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
      const { about, figures } = await readFigures(out('whole'));
      expect(about).toMatchObject({ films: FILMS, simulated: true });
      expect(about.models).toEqual(['joint-scoring 1']);
      const report = await readFile(join(out('whole'), 'report.html'), 'utf8');
      for (const said of [stdout, report, about.warnings.join()]) expect(said).toContain('SIMULATED');

      const value = (id: string) => findFigure(figures, id)!.value!;
      const lost = ['body-part', 'joint-extraction', 'joint-scoring', 'mesh'].map(
        (step) => `lost-at-${step}`,
      );
      const share = (section: string) => lost.reduce((sum, name) => sum + value(`${section}.${name}`), 0);
      expect(value('end-to-end.scored') + share('end-to-end')).toBeCloseTo(1, 9);
      expect(value('end-to-end.accuracy') + share('steps')).toBeCloseTo(1, 9);
      expect(value('steps.accuracy-plain')).toBe(value('end-to-end.accuracy'));
      // Far above chance: who grades by chance, or always 0, has a κ of 0.
      expect(value('joints.found')).toBeGreaterThan(0.9);
      expect(value('grades.quadratic-kappa')).toBeGreaterThan(0.5);
      expect(value('times.failed')).toBe(0);
    },
    LONG_MS,
  );

  test(
    'stopped in the middle and gone on with, it comes to identical figures, and sends nothing twice',
    async () => {
      const words = [...sound(), '--out', out('resumed'), '--concurrency', '2'];
      const first = startEvaluate(words);
      const enough = Math.ceil(FILMS / 2);
      await mesh.waitUntil(
        `${enough} answers`,
        async () => (await answersIn('resumed')).length >= enough,
        LONG_MS,
      );
      first.child.kill('SIGINT');
      const stopped = await first.ended;
      expect(stopped.exitCode).toBe(130);
      expect(stopped.stderr).toContain('goes on from here');
      const before = await answersIn('resumed');

      const { exitCode, stderr } = await evaluate(words);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`${before.length} of `);
      const after = await answersIn('resumed');
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after).toHaveLength((await answersIn('whole')).length);
      expect(timeless(await readFigures(out('resumed')))).toEqual(timeless(await readFigures(out('whole'))));
    },
    LONG_MS,
  );

  test(
    'its figures come again from what it kept, with no mesh and no film',
    async () => {
      const before = await readFigures(out('whole'));
      const words = ['--dataset', manifest, '--out', out('whole'), '--recompute', ...QUICK];
      expect((await evaluate(words)).exitCode).toBe(0);
      expect((await readFigures(out('whole'))).figures).toEqual(before.figures);
    },
    LONG_MS,
  );

  // Few films leave less behind than heaps breathe.
  test.skipIf(FILMS < 500)(
    'the mesh does not grow with the films it has scored',
    async () => {
      const used = async () => {
        const pids = mesh.processes().map(({ pid }) => pid);
        const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8')));
        return lines.reduce((sum, text) => sum + Number(/^Pss:\s+(\d+)/m.exec(text)![1]), 0) / 1024;
      };
      await evaluate([...sound(), '--out', out('warm'), '--no-steps']);
      const warm = await used();
      await evaluate([...sound(), '--out', out('again'), '--no-steps']);
      const again = await used();
      if (process.env.DEEPXRAY_EVALUATION_FILMS) console.log({ warmMiB: warm, againMiB: again });
      // Heaps breathe by tens of MiB; what leaked a film of a megabyte each time would show at a thousand.
      expect(again - warm).toBeLessThan(150);
    },
    LONG_MS,
  );
});

describe('a mesh with one deliberately worse model', () => {
  /** What each step loses of the same six films; the models as served lose something themselves. */
  const lossesOver = async (name: string, { url, grpc }: Pick<Mesh, 'url' | 'grpc'>) => {
    const few = await syntheticCohort(6);
    const words = ['--dataset', few, '--url', url, '--grpc', grpc, '--out', out(name), ...QUICK];
    const { exitCode, stderr } = await evaluate(words);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { figures } = await readFigures(out(name));
    return new Map(STEPS.map((step) => [step, findFigure(figures, `steps.lost-at-${step}`)!.value!]));
  };
  let sound: ReadonlyMap<Step, number>;
  beforeAll(async () => {
    sound = await lossesOver('sound', mesh);
  });

  test.each([
    ['body-part', 'body-part', 1 / 2],
    // Given joints have a place and no direction: their crops still turn with what a worse localisation says, and scoring
    // is blamed for what it makes of those.
    ['joint-localisation', 'joint-extraction', 1],
    ['joint-scoring', 'joint-scoring', 1 / 2],
  ] as const)(
    'of %s: beside the sound one, the loss has grown at %s, more than anywhere else',
    async (model, blamed, most) => {
      const repository = await spoiltRepository(model);
      const worse = await startMesh({ env: { DEEPXRAY_MODEL_REPOSITORY: repository } });
      try {
        const losses = await lossesOver(model, worse);
        const grown = (step: Step) => losses.get(step)! - sound.get(step)!;
        expect(grown(blamed)).toBeGreaterThan(0.2);
        for (const step of STEPS)
          if (step !== blamed) expect(grown(step), step).toBeLessThan(grown(blamed) * most);
      } finally {
        await worse.stop();
        await rm(repository, { recursive: true });
      }
    },
    120_000,
  );

  test('is seen beside the sound one: the comparison names the joints, and a bound on it ends with 1', async () => {
    const few = await syntheticCohort(6);
    const baseline = ['--dataset', few, '--url', mesh.url, '--out', out('baseline'), '--no-steps', ...QUICK];
    expect((await evaluate(baseline)).exitCode).toBe(0);
    const compare = ['--dataset', few, '--recompute', '--compare', out('baseline'), ...QUICK];

    const bounds = [
      '--fail-below',
      'compare.end-to-end.accuracy=-0.05',
      '--fail-below',
      'end-to-end.accuracy=0',
    ];
    const worse = await evaluate([...compare, '--out', out('joint-scoring'), ...bounds]);
    expect(worse.exitCode).toBe(1);
    expect(worse.stdout).toMatch(/CROSSED: compare\.end-to-end\.accuracy is -0\.\d+, below -0\.05/);
    expect(worse.stdout).toContain('holds: end-to-end.accuracy');
    const { comparison } = await readFigures(out('joint-scoring'));
    expect(comparison!.changed.length).toBeGreaterThan(0);
    const worseBy = comparison!.changed.map((one) => one.worseBy);
    expect(worseBy).toEqual(worseBy.toSorted((one, other) => other - one));

    const same = await evaluate([...compare, '--out', out('baseline'), ...bounds]);
    expect(same.exitCode).toBe(0);
    expect((await readFigures(out('baseline'))).comparison!.changed).toEqual([]);
  });
});

test('without an address it starts a mesh, and leaves nothing of it behind', async () => {
  const few = await syntheticCohort(6);
  const ports = await freePorts();
  const { exitCode, stderr } = await evaluate(['--dataset', few, '--out', out('own'), ...QUICK], ports);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect((await readFigures(out('own'))).about.variants).toHaveLength(4);
  await expect(fetch(`http://127.0.0.1:${ports.DEEPXRAY_HTTP_PORT}/livez`)).rejects.toThrow();
});

test('a mesh that is not there is said in one line', async () => {
  const few = await syntheticCohort(6);
  const words = ['--dataset', few, '--url', 'http://127.0.0.1:1', '--out', out('away'), '--no-steps'];
  const { exitCode, stderr } = await evaluate(words);
  expect(exitCode).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(
    'nothing answers at http://127.0.0.1:1: start the system with "npm start", or leave --url out',
  );
});
