/** Datasets from where people keep them, on real files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { renderHand } from '../../synthetic/render-hand.ts';
import { writeFilm } from '../../synthetic/write-film.ts';
import { PRESUMED_SOUND } from './from-films-table.ts';
import { openDataset } from './open-dataset.ts';
import { renderCohort } from './render-cohort.ts';
import { grown, planCohort } from './synthetic-cohort.ts';

const VAL = { split: 'val', withImages: true } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-datasets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
};

test('images are sought beside the manifest; what is not there, no image, or too small for its joints is said', async () => {
  await written('a/films/text.png', 'x');
  await sharp({ create: { width: 40, height: 30, channels: 3, background: '#333' } }).toFile(
    join(folder, 'a', 'films', 'one.png'),
  );
  const manifest = await written(
    'a/manifest.csv',
    'image,patient,hand,mcp1_x,mcp1_y\nfilms/one.png,p1,left,20,31\nfilms/two.png,p1,left,,\nfilms/three.png,,left,,\nfilms/text.png,p1,left,,\n',
  );
  await expect(openDataset(manifest, VAL)).rejects.toThrow(
    [
      `5 problems in ${manifest}:`,
      '  line 4: patient: is empty',
      '  line 2: mcp1 lies outside films/one.png, which is 40 × 30 pixels',
      '  line 3: there is no image films/two.png',
      '  line 4: there is no image films/three.png',
      '  line 5: films/text.png cannot be read as an image',
    ].join('\n'),
  );
  // Figures that are computed anew need no film.
  await written('a/good.csv', 'image,patient,hand\nfilms/gone.png,p1,left\n');
  expect(
    (await openDataset(join(folder, 'a', 'good.csv'), { ...VAL, withImages: false })).films,
  ).toHaveLength(1);
});

test('a folder that holds no dataset is told what would be one', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await expect(openDataset(empty, VAL)).rejects.toThrow(/manifest\.csv.*films\.csv.*hand-\*\.json/);
  await expect(openDataset(join(folder, 'nowhere'), VAL)).rejects.toThrow('there is no file or folder');
});

test('a folder of films.csv and joints.csv is read by split, its joints presumed sound and said to be so', async () => {
  const films = [
    'file,group,body_part,turned_clockwise_deg,split',
    'l.png,g1,left_hand,90,val',
    'b.png,g2,both_hands,,val',
    't.png,g3,left_hand,0,train',
  ];
  await written('table/films.csv', `${films.join('\n')}\n`);
  await written('table/joints.csv', 'file,joint,x,y\nl.png,mcp2,10.5,20\nl.png,wrist,1,2\nt.png,mcp1,1,1\n');
  const dataset = await openDataset(join(folder, 'table'), VAL);
  expect(dataset.films.map(({ image }) => image)).toEqual(['l.png', 'b.png']);
  expect(dataset.films[0]).toMatchObject({
    patient: 'g1',
    bodyPart: 'left-hand',
    turnedClockwiseDeg: 90,
    positions: { mcp2: { x: 10.5, y: 20 } },
    gradings: { [PRESUMED_SOUND]: { mcp2: { grade: 0 } } },
  });
  expect(dataset.films[1]!.gradings).toEqual({});
  expect((await openDataset(join(folder, 'table'), { ...VAL, split: 'all' })).films).toHaveLength(3);
});

describe('simulated hands', () => {
  const COARSE = 0.6;

  test('a folder of them as the renderer writes it is a dataset, and said to be simulated', async () => {
    const target = join(folder, 'hands');
    await writeFilm(
      target,
      renderHand({ seed: 3, lesions: { mcp2: 35 }, missingFingers: [5], spacingMm: COARSE }),
    );
    const dataset = await openDataset(target, VAL);
    expect(dataset).toMatchObject({ simulated: true, readers: ['drawn'] });
    const [film] = dataset.films;
    expect(film).toMatchObject({ patient: 'seed-3', spacingMm: COARSE, absent: ['mcp5', 'pip5'] });
    expect(film!.gradings.drawn!.mcp2).toMatchObject({ grade: 2 });
    expect(film!.gradings.drawn!.mcp5).toBeUndefined();
  });

  test('a cohort is seen at two dates, with bones that stay and lesions that never heal', async () => {
    const target = join(folder, 'cohort');
    const drawn: string[] = [];
    const options = { count: 2, seed: 1, spacingMm: COARSE };
    const manifest = await renderCohort(target, options, (_, name) => drawn.push(name));
    const { films, simulated } = await openDataset(manifest, VAL);
    expect(simulated).toBe(true);
    const [first, second] = films;
    expect([first!.date, second!.date]).toEqual(['2024-03-01', '2025-03-01']);
    expect(second!.patient).toBe(first!.patient);
    for (const joint of JOINT_NAMES) {
      const [was, is] = [first!.gradings.drawn![joint]!.percent!, second!.gradings.drawn![joint]!.percent!];
      expect(is, joint).toBeGreaterThanOrEqual(Math.round(was));
    }
    // What is drawn already is left as it is.
    const picture = join(target, first!.image);
    await writeFile(picture, 'left alone');
    await renderCohort(target, options, () => undefined);
    expect(await readFile(picture, 'utf8')).toBe('left alone');
  });

  test('a cohort holds films to be refused, turned and inverted ones, and lost fingers', () => {
    const visits = planCohort(300, 1, 0.3);
    expect(visits).toHaveLength(300);
    const has = (of: (render: (typeof visits)[0]['render']) => unknown) =>
      visits.filter(({ render }) => of(render)).length;
    expect(has(({ subject }) => subject === 'right-hand')).toBeGreaterThan(5);
    expect(has(({ subject }) => subject === 'both-hands')).toBeGreaterThan(5);
    expect(has(({ turnedClockwiseDeg }) => turnedClockwiseDeg)).toBeGreaterThan(30);
    expect(has(({ inverted }) => inverted)).toBeGreaterThan(10);
    expect(has(({ missingFingers }) => missingFingers)).toBeGreaterThan(3);
    expect(planCohort(300, 1, 0.3)).toEqual(visits);
    expect(planCohort(300, 2, 0.3)).not.toEqual(visits);
  });

  test('lesions that grow stay within what a joint has', () => {
    const { truth } = renderHand({ seed: 5, lesions: { mcp2: 99, pip3: 10 }, spacingMm: COARSE });
    for (let seed = 0; seed < 50; seed++) {
      const after = grown(truth, seed);
      expect(Math.max(...Object.values(after))).toBeLessThanOrEqual(100);
      expect(after.mcp2).toBeGreaterThanOrEqual(Math.round(truth.joints.mcp2.erosionPercent));
    }
  });
});
