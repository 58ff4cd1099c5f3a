/** The film that is always the same: a hand that the project renders itself. Simulated: no patient's. */
import sharp from 'sharp';
import { renderHand } from '../synthetic/render-hand.ts';

const SEED = 7;
/** Something of every grade. */
const LESIONS = { mcp2: 35, mcp3: 14, mcp5: 6, pip2: 55, pip3: 92, pip4: 72 };

export async function goldenHand(): Promise<Buffer> {
  const { width, height, pixels } = renderHand({ seed: SEED, lesions: LESIONS });
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
