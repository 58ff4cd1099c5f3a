/**
 * `node synthetic/contact-sheet.ts FILE.png`: one simulated hand, and beside it the same MCP and PIP
 * joint at each Ratingen grade from 0 (top) to 5.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import type { JointName } from '../platform/domain/joints.ts';
import { renderHand, type SyntheticRadiograph } from './render-hand.ts';

const SEED = 11;
/** The middle of each grade's range. */
const PERCENT_OF_GRADE = [0, 10, 30, 50, 70, 90];
const JOINTS = ['mcp2', 'pip2'] as const satisfies JointName[];
const HAND_LESIONS = { mcp2: 35, mcp3: 14, mcp5: 10, pip2: 55, pip3: 92, pip4: 72 };

const TILE_PX = 114;
const GAP_PX = 4;
const CROP_MM = 21;
const HEIGHT_PX = PERCENT_OF_GRADE.length * (TILE_PX + GAP_PX) - GAP_PX;

const imageOf = ({ width, height, pixels }: SyntheticRadiograph) =>
  sharp(pixels, { raw: { width, height, channels: 1 } });

function cropAround(film: SyntheticRadiograph, joint: JointName): Promise<Buffer> {
  const { x, y } = film.truth.joints[joint];
  const side = Math.round(CROP_MM / film.truth.spacingMm);
  return imageOf(film)
    .extract({ left: Math.round(x - side / 2), top: Math.round(y - side / 2), width: side, height: side })
    .resize(TILE_PX, TILE_PX)
    .png()
    .toBuffer();
}

const file = process.argv[2];
if (!file) {
  process.stderr.write('Say where to: node synthetic/contact-sheet.ts FILE.png\n');
  process.exit(1);
}
const hand = await imageOf(renderHand({ seed: SEED, lesions: HAND_LESIONS }))
  .resize({ height: HEIGHT_PX })
  .png()
  .toBuffer({ resolveWithObject: true });
const tiles: OverlayOptions[] = [{ input: hand.data, left: 0, top: 0 }];
for (const [grade, percent] of PERCENT_OF_GRADE.entries()) {
  const film = renderHand({ seed: SEED, lesions: { mcp2: percent, pip2: percent } });
  for (const [column, joint] of JOINTS.entries()) {
    tiles.push({
      input: await cropAround(film, joint),
      left: hand.info.width + GAP_PX + column * (TILE_PX + GAP_PX),
      top: grade * (TILE_PX + GAP_PX),
    });
  }
}
await mkdir(dirname(file), { recursive: true });
const width = hand.info.width + JOINTS.length * (TILE_PX + GAP_PX);
const sheet = await sharp({ create: { width, height: HEIGHT_PX, channels: 3, background: 'white' } })
  .composite(tiles)
  .removeAlpha()
  .toColourspace('b-w')
  .raw()
  .toBuffer();
// Every third grey level: the eye sees no difference, and the file is half as large.
const pixels = sheet.map((grey) => grey - (grey % 3));
await sharp(pixels, { raw: { width, height: HEIGHT_PX, channels: 1 } })
  .toColourspace('b-w')
  .png({ compressionLevel: 9, adaptiveFiltering: true })
  .toFile(file);
process.stdout.write(`${file}\n`);
