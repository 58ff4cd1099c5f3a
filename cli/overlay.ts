/** The radiograph with what was found drawn over it, for a person's eye. */
import sharp from 'sharp';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import type { Answer, ScoredJoint } from './answer.ts';
import { svgText, textWidthPx } from './stroke-font.ts';

/** From sound to destroyed; told apart by lightness too, for eyes that see fewer colours. */
const COLOUR_OF_GRADE = ['#7fe0a8', '#dbe86a', '#ffd23f', '#ff9f45', '#f2545b', '#d64fd0'] as const;
const DARK = '#101418';
const LIGHT = '#e8edf2';

/** A picture for a screen: a film of 4,000 pixels would only be scaled down by the viewer. */
const LONGEST_SIDE_PX = 1600;

export async function drawOverlay(film: string, answer: Answer, target: string): Promise<void> {
  const { data, info } = await readable(film);
  const scale = info.width / info.originalWidth;
  const footerPx = Math.round(Math.max(info.width, info.height) / 18);
  const height = info.height + footerPx;
  const drawn = JOINT_NAMES.flatMap((joint) => {
    const scored = answer.joints[joint];
    return scored ? [drawJoint(joint, scored, scale)] : [];
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${info.width}" height="${height}">`,
    // Tags last: no box of a neighbour runs through a grade.
    ...drawn.map(({ box }) => box),
    ...drawn.map(({ tag }) => tag),
    drawFooter(answer, info.width, info.height, footerPx),
    '</svg>',
  ].join('');
  await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .extend({ bottom: footerPx, background: DARK })
    .composite([{ input: Buffer.from(svg), top: 0, left: 0 }])
    .png({ palette: false, compressionLevel: 6 })
    .toFile(target);
}

/** As a viewer shows it: upright by EXIF, 8 bit; 16-bit films stretched, since many use 12 bits of them. */
async function readable(film: string) {
  const source = sharp(film, { limitInputPixels: 150e6 });
  const { depth, autoOrient } = await source.metadata();
  const oriented = source
    .autoOrient()
    .resize({ width: LONGEST_SIDE_PX, height: LONGEST_SIDE_PX, fit: 'inside', withoutEnlargement: true });
  const shown = depth === 'ushort' ? oriented.normalise() : oriented;
  const { data, info } = await shown
    .flatten({ background: DARK })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const grey = info.channels === 1;
  return {
    data: grey
      ? Buffer.from(Uint8Array.from({ length: data.length * 3 }, (_, at) => data[Math.floor(at / 3)]!))
      : data,
    info: { width: info.width, height: info.height, originalWidth: autoOrient.width },
  };
}

function drawJoint(joint: JointName, { score, doubtful, box }: ScoredJoint, scale: number) {
  const colour = COLOUR_OF_GRADE[score] ?? LIGHT;
  const [x, y, side] = [box.x * scale, box.y * scale, box.width * scale];
  const line = Math.max(1.5, side / 40);
  const dashes = doubtful ? ` stroke-dasharray="${(line * 3).toFixed(1)} ${(line * 2).toFixed(1)}"` : '';
  const textPx = Math.max(9, side / 7);
  const text = `${joint} ${score}${doubtful ? '?' : ''}`;
  const pad = textPx / 2;
  const [tagWidth, tagHeight] = [textWidthPx(text, textPx) + 2 * pad, textPx + 2 * pad];
  const tagY = y + side;
  return {
    box:
      `<rect x="${x}" y="${y}" width="${side}" height="${box.height * scale}" rx="${line * 2}" fill="none"` +
      ` stroke="${colour}" stroke-width="${line.toFixed(1)}"${dashes}/>`,
    tag:
      `<rect x="${x}" y="${tagY}" width="${tagWidth}" height="${tagHeight}" rx="${pad / 2}" fill="${colour}"/>` +
      svgText(text, x + pad, tagY + pad, textPx, DARK),
  };
}

function drawFooter(answer: Answer, width: number, top: number, footerPx: number): string {
  const missing = JOINT_NAMES.filter((joint) => answer.missing[joint]).map(
    (joint) => `${joint} ${answer.missing[joint]}`,
  );
  const model = Object.values(answer.joints)[0]?.model;
  const left = missing.length > 0 ? `missing: ${missing.join(', ')}` : 'all ten joints scored';
  const right = `research use only${model ? `, ${model.name} ${model.version}` : ''}`;
  const pad = footerPx / 3;
  const longest = Math.max(textWidthPx(left, 1) + textWidthPx(right, 1) + 4, 1);
  const textPx = Math.min(footerPx / 3.2, (width - 2 * pad) / longest);
  const y = top + (footerPx - textPx) / 2;
  return [
    svgText(left, pad, y, textPx, missing.length > 0 ? COLOUR_OF_GRADE[2] : LIGHT),
    svgText(right, width - pad - textWidthPx(right, textPx), y, textPx, LIGHT),
  ].join('');
}
