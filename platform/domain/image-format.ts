/** Tells a file's format from its first bytes, whatever it is called. */

export const IMAGE_FORMATS = ['png', 'jpeg', 'tiff', 'webp'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** As many first bytes as are looked at; fewer may be given at a file's end. */
export const SNIFFED_BYTES = 132;

/** `dicom` is known but not read; undefined is anything else. */
export function sniffImageFormat(head: Uint8Array): ImageFormat | 'dicom' | undefined {
  const starts = (bytes: readonly number[], at = 0) =>
    bytes.every((byte, index) => head[at + index] === byte);
  const ascii = (text: string, at = 0) =>
    starts(
      Array.from(text, (letter) => letter.charCodeAt(0)),
      at,
    );
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (starts([0xff, 0xd8, 0xff])) return 'jpeg';
  // Little- and big-endian, classic and BigTIFF.
  if (ascii('II*\0') || ascii('MM\0*') || ascii('II+\0') || ascii('MM\0+')) return 'tiff';
  if (ascii('RIFF') && ascii('WEBP', 8)) return 'webp';
  // With the 128-byte preamble, or a bare data set that begins with group 0002 or 0008.
  if (ascii('DICM', 128) || starts([0x02, 0x00, 0x00, 0x00]) || starts([0x08, 0x00, 0x05, 0x00]))
    return 'dicom';
  return undefined;
}
