/** The synthetic left hand that the bench scores where no film is given, as a PNG file. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { renderHand } from '../../synthetic/render-hand.ts';

export async function sampleHand(): Promise<Buffer> {
  const { width, height, pixels } = renderHand({ seed: 1, subject: 'left-hand', lesions: 'random' });
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/** The film that a bench was given, or the sample. */
export const filmToScore = (file: string | undefined): Promise<Buffer> =>
  file ? readFile(file) : sampleHand();
