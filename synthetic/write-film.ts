/** Writes a synthetic radiograph and its truth side by side: `hand-7.png`, `hand-7.json`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { GreyImage } from '../platform/image/grey-image.ts';
import type { SyntheticRadiograph } from './render-hand.ts';

/** 8-bit grey PNG. */
export const encodePng = ({ width, height, pixels }: GreyImage): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();

/** @returns the path of the PNG */
export async function writeFilm(folder: string, film: SyntheticRadiograph): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `hand-${film.truth.seed}`);
  await writeFile(`${path}.png`, await encodePng(film));
  await writeFile(`${path}.json`, `${JSON.stringify(film.truth, null, 2)}\n`);
  return `${path}.png`;
}
