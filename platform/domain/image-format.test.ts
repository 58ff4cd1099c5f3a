import sharp from 'sharp';
import { expect, test } from 'vitest';
import { IMAGE_FORMATS, SNIFFED_BYTES, sniffImageFormat } from './image-format.ts';

test.each(IMAGE_FORMATS)('what sharp writes as %s is told by its first bytes', async (format) => {
  const image = sharp({ create: { width: 9, height: 9, channels: 3, background: 'grey' } });
  const file = await image.toFormat(format).toBuffer();
  expect(sniffImageFormat(file.subarray(0, SNIFFED_BYTES))).toBe(format);
});

test.each([
  ['with its preamble', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])],
  ['that starts with its file meta information', Buffer.from([2, 0, 0, 0, 0x55, 0x4c])],
  ['that starts with its data set', Buffer.from([8, 0, 5, 0, 0x43, 0x53])],
])('DICOM %s is known', (_, head) => {
  expect(sniffImageFormat(head)).toBe('dicom');
});

test.each(['', 'G', 'GIF89a', '%PDF-1.7', '<svg>', 'BM', 'RIFF____WAVE', '\x89PN'])('%j is none', (head) => {
  expect(sniffImageFormat(Buffer.from(head, 'latin1'))).toBeUndefined();
});
