/** Decodes an upload once, into the canonical radiograph: 8-bit grey, EXIF orientation applied, capped in pixels. */
import sharp, { type Metadata, type Sharp } from 'sharp';
import { sniffImageFormat } from '#platform/domain/image-format.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { windowTo8Bit } from './window.ts';

/**
 * Longer side of the canonical radiograph, in pixels. An adult hand film of 25 cm then has 0.16 mm a
 * pixel, finer than the 0.2–0.26 mm of the crops that are scored.
 */
export const CANONICAL_SIDE_PX = 1600;

export type Decoded = {
  canonical: GreyImage;
  /** As a viewer shows it: EXIF orientation applied; pixels. */
  upload: { width: number; height: number };
  format: string;
  /** In the file; 8 where it does not say. */
  bitsPerSample: number;
};

// Every radiograph is another one: a cache of decoded files would only hold memory.
sharp.cache(false);

/** Throws DeepXRayError: unsupported-format, dicom, unreadable-image, too-many-pixels. */
export async function decodeRadiograph(file: Uint8Array, maxPixels: number): Promise<Decoded> {
  requireKnownFormat(file);
  try {
    const image = sharp(file, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true });
    const metadata = await image.metadata();
    requirePixels(metadata, maxPixels);
    const { width, height } = metadata.autoOrient;
    return {
      canonical: await toCanonical(image, metadata),
      upload: { width, height },
      format: metadata.format,
      bitsPerSample: metadata.bitsPerSample ?? 8,
    };
  } catch (cause) {
    if (cause instanceof DeepXRayError) throw cause;
    if (cause instanceof Error && cause.message.includes('pixel limit')) throw tooManyPixels(maxPixels);
    throw new DeepXRayError(
      'unreadable-image',
      'The image is damaged or incomplete and cannot be decoded. Export it anew and try again.',
      { cause },
    );
  }
}

function requireKnownFormat(file: Uint8Array): void {
  if (file.byteLength === 0) throw new DeepXRayError('unreadable-image', 'The file is empty.');
  const format = sniffImageFormat(file.subarray(0, 512));
  if (format === 'dicom') {
    throw new DeepXRayError('dicom', 'This is a DICOM file. Export the image as PNG or TIFF and send that.');
  }
  if (format === undefined) {
    throw new DeepXRayError('unsupported-format', 'Send the radiograph as PNG, JPEG, TIFF or WebP.');
  }
}

function requirePixels({ width, height }: Metadata, maxPixels: number): void {
  if (width * height > maxPixels) throw tooManyPixels(maxPixels);
}

const tooManyPixels = (maxPixels: number) =>
  new DeepXRayError(
    'too-many-pixels',
    `The image has more than ${Math.floor(maxPixels / 1e6)} million pixels. Scale it down and try again.`,
  );

async function toCanonical(image: Sharp, { depth, hasAlpha }: Metadata): Promise<GreyImage> {
  const upright = hasAlpha ? image.autoOrient().flatten({ background: '#000' }) : image.autoOrient();
  const scaled = upright.resize({
    width: CANONICAL_SIDE_PX,
    height: CANONICAL_SIDE_PX,
    fit: 'inside',
    withoutEnlargement: true,
    // Lanczos rings along cortical bone, and a ring beside a cortex can look like a lesion.
    kernel: 'mitchell',
  });
  if (depth === 'uchar') {
    const { data, info } = await scaled.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: firstChannel(data, info.channels) };
  }
  // Deeper films are read as they are and windowed here: sharp's own step to 8 bit would drop the low bits.
  const deep = scaled.toColourspace('grey16').raw({ depth: 'ushort' });
  const { data, info } = await deep.toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  return {
    width: info.width,
    height: info.height,
    pixels: windowTo8Bit(firstChannel(samples, info.channels)),
  };
}

function firstChannel<T extends Uint8Array | Uint16Array>(samples: T, channels: number): T {
  return channels === 1 ? samples : (samples.filter((_, index) => index % channels === 0) as T);
}
