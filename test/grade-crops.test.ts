/** `npm run grade-crops` as a person runs it, on loose crops of simulated hands whose lesions are known. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCsv } from '../cli/csv.ts';
import { JOINT_NAMES, type JointName } from '../platform/domain/joints.ts';
import { cropAlongFinger } from '../platform/image/crop-along-finger.ts';
import { syntheticHand } from './harness/hands.ts';

const MAIN = join(import.meta.dirname, '../cli/grade-crops/main.ts');
const HEADER = 'file,grade,erosion_percent,p0,p1,p2,p3,p4,p5,missing'.split(',');
/** Eroded percent; the other joints are healthy. */
const LESIONS = { mcp2: 90, mcp4: 55, pip3: 70, pip5: 90 };
const SIDE = 150;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grade-crops-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Run = { exitCode: number; stderr: string; header: string[]; rows: Record<string, string>[] };

function grade(...words: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...words], (_error, stdout, stderr) => {
      const [header = [], ...lines] = parseCsv(stdout);
      const rows = lines.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at]!])));
      resolve({ exitCode: child.exitCode ?? -1, stderr, header, rows });
    });
  });
}

/** `field`: side of the crop in hand scales, as a study might have chosen it. */
async function looseCrop(joint: JointName, field: number): Promise<Sharp> {
  const hand = await syntheticHand(5150, { lesions: LESIONS });
  const { data, info } = await sharp(hand.png)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const film = { width: info.width, height: info.height, pixels: new Uint8Array(data) };
  const { x, y, axis } = hand.truth.joints[joint];
  const frame = { centre: { x, y }, axis, side: field * hand.truth.handScalePx };
  const { pixels } = cropAlongFinger(film, frame, SIDE);
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).toColourspace('b-w');
}

test('loose crops of every joint, framed tightly or generously, get the grades of their lesions', async () => {
  const crops = join(folder, 'hand');
  for (const field of ['0.7', '1.0', '1.3']) {
    const below = join(crops, `field ${field}`);
    await mkdir(below, { recursive: true });
    for (const joint of JOINT_NAMES) {
      await (await looseCrop(joint, Number(field))).png().toFile(join(below, `${joint}.png`));
    }
  }
  const { exitCode, header, rows, stderr } = await grade(crops);
  expect({ exitCode, header }).toEqual({ exitCode: 0, header: HEADER });
  expect(rows.map(({ file }) => file)).toEqual(
    ['0.7', '1.0', '1.3'].flatMap((field) =>
      JOINT_NAMES.map((joint) => join(`field ${field}`, `${joint}.png`)),
    ),
  );
  expect(stderr).toContain('30/30 crops');
  const found = rows.map((row) => {
    const joint = row.file!.slice(-8, -4) as JointName;
    const isEroded = joint in LESIONS;
    const mass = [0, 1, 2, 3, 4, 5].reduce((sum, each) => sum + Number(row[`p${each}`]), 0);
    expect(mass).toBeCloseTo(1, 4);
    expect(row.missing).toBe('');
    return { isEroded, grade: Number(row.grade), percent: Number(row.erosion_percent) };
  });
  const eroded = found.filter((one) => one.isEroded);
  const healthy = found.filter((one) => !one.isEroded);
  // One crop in ten may be off: the model is no ruler.
  expect(eroded.filter((one) => one.grade >= 2 && one.percent > 25).length).toBeGreaterThanOrEqual(11);
  expect(healthy.filter((one) => one.grade === 0).length).toBeGreaterThanOrEqual(16);
});

test('grey, colour, palette, alpha and 16 bits of one crop are one crop', async () => {
  const crops = join(folder, 'formats');
  await mkdir(crops);
  const crop = await looseCrop('mcp2', 1);
  const grey = await crop.clone().raw().toBuffer();
  const deep = Uint16Array.from(grey, (value) => value * 257);
  const raw = { width: SIDE, height: SIDE, channels: 1 as const };
  const colour = crop.clone().toColourspace('srgb');
  await crop.clone().png().toFile(join(crops, 'grey.png'));
  await colour.clone().png().toFile(join(crops, 'colour.png'));
  await colour.clone().ensureAlpha(1).png().toFile(join(crops, 'alpha.png'));
  await colour.clone().png({ palette: true, dither: 0 }).toFile(join(crops, 'palette.png'));
  await sharp(deep, { raw }).toColourspace('grey16').png().toFile(join(crops, 'sixteen.png'));
  const depths = await Promise.all(
    ['grey', 'colour', 'alpha', 'palette', 'sixteen'].map(async (name) => {
      const { channels, depth, isPalette } = await sharp(join(crops, `${name}.png`)).metadata();
      return `${channels} ${depth}${isPalette ? ' palette' : ''}`;
    }),
  );
  expect(depths).toEqual(['1 uchar', '3 uchar', '4 uchar', '3 uchar palette', '1 ushort']);

  const { rows } = await grade(crops);
  expect(rows).toHaveLength(5);
  const [first, ...others] = rows;
  for (const row of others) {
    expect(row.grade).toBe(first!.grade);
    // 16 bits are windowed anew, a palette has fewer greys.
    expect(Math.abs(Number(row.erosion_percent) - Number(first!.erosion_percent))).toBeLessThan(5);
  }
});

test('a file that is no picture and a crop without a joint are named, and the rest is graded', async () => {
  const crops = join(folder, 'mixed');
  await mkdir(join(crops, 'deep', 'deeper'), { recursive: true });
  await (await looseCrop('mcp3', 1)).png().toFile(join(crops, 'deep', 'deeper', 'joint.png'));
  await writeFile(join(crops, 'broken.png'), 'this is no picture');
  await writeFile(join(crops, 'notes.txt'), 'not asked');
  const black = { create: { width: SIDE, height: SIDE, channels: 3 as const, background: '#000' } };
  await sharp(black).png().toFile(join(crops, 'black, empty.png'));

  const { exitCode, rows, stderr } = await grade(crops);
  expect(exitCode).toBe(1);
  expect(rows.map(({ file, grade: given, missing }) => [file, given, missing])).toEqual([
    ['black, empty.png', '', 'unscorable'],
    ['broken.png', '', 'unreadable'],
    [join('deep', 'deeper', 'joint.png'), expect.stringMatching(/^[0-5]$/), ''],
  ]);
  expect(stderr).toContain('broken.png: ');
});

test('a crop of a few grey levels, by which a sound joint looks eroded, gets no grade, and why is said', async () => {
  const crops = join(folder, 'few-levels');
  await mkdir(crops);
  const sound = await looseCrop('mcp3', 1);
  const grey = await sound.clone().raw().toBuffer();
  const reduced = (levels: number) =>
    sharp(
      grey.map((value) => Math.round((Math.floor((value * levels) / 256) * 255) / (levels - 1))),
      { raw: { width: SIDE, height: SIDE, channels: 1 } },
    );
  await sound.clone().png().toFile(join(crops, 'all.png'));
  await reduced(2).png().toFile(join(crops, 'reduced-to-2.png'));
  await reduced(8).png().toFile(join(crops, 'reduced-to-8.png'));
  await reduced(16).png({ palette: true, colours: 16 }).toFile(join(crops, 'sixteen-colours.png'));

  const { exitCode, rows, stderr } = await grade(crops);
  expect(exitCode).toBe(0);
  expect(rows.map(({ grade: given, missing }) => [given, missing])).toEqual([
    ['0', ''],
    ['', 'unscorable'],
    ['', 'unscorable'],
    ['', 'unscorable'],
  ]);
  for (const name of ['reduced-to-2', 'reduced-to-8', 'sixteen-colours'])
    expect(stderr).toContain(`${name}.png: too few grey levels`);
});

test('a folder that is not there, or holds no picture, is said at once and nothing is written', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  for (const place of [empty, join(folder, 'nowhere')]) {
    const { exitCode, header, stderr } = await grade(place);
    expect({ exitCode, header }).toEqual({ exitCode: 2, header: [] });
    expect(stderr).toContain(place);
  }
  expect((await grade(empty, '--field', '1.5')).stderr).toContain('above 0, at most 1');
});
