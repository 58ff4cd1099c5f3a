/** Pictures of films for the report, where they are asked for: they show patients. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Answer } from '../../cli/answer.ts';
import { drawOverlay } from '../../cli/overlay.ts';
import type { JointCase } from '../figures/cases.ts';
import type { AnswerRecord } from '../run/answer-record.ts';

const CROP_PX = 220;
const OVERLAY_PX = 900;

const dataUri = (jpeg: Uint8Array): string =>
  `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;

/** The square around the joint as the film shows it; undefined where it has no box. */
export async function cropOf({
  film,
  answer,
}: Pick<JointCase, 'film' | 'answer'>): Promise<string | undefined> {
  if (!answer) return undefined;
  const { autoOrient } = await sharp(film.path).metadata();
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value)));
  const [left, top] = [clamp(answer.box.x, autoOrient.width - 2), clamp(answer.box.y, autoOrient.height - 2)];
  const right = clamp(answer.box.x + answer.box.width, autoOrient.width);
  const bottom = clamp(answer.box.y + answer.box.height, autoOrient.height);
  if (right - left < 2 || bottom - top < 2) return undefined;
  const jpeg = await sharp(film.path)
    .autoOrient()
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ width: CROP_PX, height: CROP_PX, fit: 'contain', background: '#000' })
    .flatten({ background: '#000' })
    .jpeg({ quality: 85 })
    .toBuffer();
  return dataUri(jpeg);
}

/** The film with boxes and grades drawn over it, as `npm run score -- --overlays` draws it. */
export async function overlayOf({
  film,
  record,
}: {
  film: JointCase['film'];
  record: AnswerRecord;
}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-report-'));
  try {
    const target = join(folder, 'overlay.png');
    const { joints, missing, bodyPart } = record;
    await drawOverlay(film.path, { joints, missing, bodyPart } as Answer, target);
    const jpeg = sharp(await readFile(target)).resize({ height: OVERLAY_PX, withoutEnlargement: true });
    return dataUri(await jpeg.jpeg({ quality: 82 }).toBuffer());
  } finally {
    await rm(folder, { recursive: true });
  }
}
