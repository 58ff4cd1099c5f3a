/** Synthetic hands for tests, each known by its seed; rendered once and kept in .cache until the renderer changes. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { JOINT_NAMES, type JointName } from '../../platform/domain/joints.ts';
import { type RenderOptions, renderHand, type Truth } from '../../synthetic/render-hand.ts';

export type Hand = {
  png: Uint8Array;
  width: number;
  height: number;
  truth: Truth;
  /** Of the joints that are there. */
  joints: { joint: JointName; x: number; y: number }[];
};

const ROOT = join(import.meta.dirname, '..', '..');
const inHand = new Map<string, Promise<Hand>>();

/** A left hand with a patient's lesions, unless told otherwise. */
export function syntheticHand(seed: number, options: Omit<RenderOptions, 'seed'> = {}): Promise<Hand> {
  const whole: RenderOptions = { seed, lesions: 'random', ...options };
  const key = JSON.stringify(Object.entries(whole).sort());
  const known = inHand.get(key);
  if (known) return known;
  const hand = load(whole, key);
  inHand.set(key, hand);
  return hand;
}

async function load(options: RenderOptions, key: string): Promise<Hand> {
  const folder = join(ROOT, '.cache', 'hands', await rendererDigest());
  const name = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 16));
  const cached = await Promise.all([readFile(`${name}.png`), readFile(`${name}.json`, 'utf8')]).catch(
    () => undefined,
  );
  if (cached) return handOf(cached[0], JSON.parse(cached[1]) as Truth);

  const { width, height, pixels, truth } = renderHand(options);
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  await mkdir(folder, { recursive: true });
  await writeWhole(`${name}.json`, JSON.stringify(truth));
  await writeWhole(`${name}.png`, png);
  return handOf(png, truth);
}

async function handOf(png: Uint8Array, truth: Truth): Promise<Hand> {
  const { width, height } = await sharp(png).metadata();
  const joints = JOINT_NAMES.filter((joint) => !truth.joints[joint].missing).map((joint) => ({
    joint,
    x: truth.joints[joint].x,
    y: truth.joints[joint].y,
  }));
  return { png, width, height, truth, joints };
}

/** Two test runs at once must not read each other's half. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, content);
  await rename(aside, path);
}

let digest: Promise<string> | undefined;
/** Of every source of the renderer: what was drawn by another is drawn anew. */
export function rendererDigest(): Promise<string> {
  digest ??= (async () => {
    const folder = join(ROOT, 'synthetic');
    const hash = createHash('sha256');
    const sources = (await readdir(folder, { recursive: true })).filter((one) =>
      /(?<!\.test)\.ts$/.test(one),
    );
    for (const name of sources.sort()) {
      hash.update(await readFile(join(folder, name)));
    }
    return hash.digest('hex').slice(0, 12);
  })();
  return digest;
}
