/** PNG files put together by hand, whole or as no encoder would write them. */
import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** 8-bit grey. `data` is the compressed image data; `extra` chunks stand before it. */
export function pngOf({
  width,
  height,
  data = new Uint8Array(),
  extra = [],
}: {
  width: number;
  height: number;
  data?: Uint8Array;
  extra?: readonly [type: string, content: Uint8Array][];
}): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunks = [['IHDR', header], ...extra, ['IDAT', data], ['IEND', new Uint8Array()]] as const;
  return Buffer.concat([SIGNATURE, ...chunks.map(([type, content]) => chunk(type, content))]);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
