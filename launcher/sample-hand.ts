/** The radiograph of the demo: a hand that the project renders itself, with lesions that it knows. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderHand, type Truth } from '../synthetic/render-hand.ts';

/** Something of every grade, where the disease likes to be. */
const LESIONS = { mcp2: 35, mcp3: 14, mcp5: 6, pip2: 55, pip3: 92, pip4: 72 };
const SEED = 7;

export async function renderSample(folder: string): Promise<{ film: string; truth: Truth }> {
  await mkdir(folder, { recursive: true });
  const { width, height, pixels, truth } = renderHand({ seed: SEED, lesions: LESIONS });
  const film = join(folder, 'hand.png');
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(film);
  return { film, truth };
}
