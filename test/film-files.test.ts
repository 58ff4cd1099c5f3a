/** Films as they come out of other people's programs: every depth from 8 bit, colour and turn scores; every bomb is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { distances, expectWhole } from './harness/expect-scores.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { pngOf } from './harness/png-chunks.ts';
import { type JsonReply, scoreJson } from './harness/score.ts';

const PATIENT = { prefer: 'wait=30' };

let mesh: Mesh;
let hand: Hand;
let usual: JsonReply['body'];
beforeAll(async () => {
  mesh = await startMesh({ scoringPods: 1 });
  hand = await syntheticHand(1);
  usual = (await score(hand.png)).body;
  expectWhole(usual);
});
afterAll(async () => {
  await mesh?.stop();
});

const score = (film: Uint8Array) => scoreJson(mesh, film, { headers: PATIENT });

/** Ten joints where they are, each within a grade of what the plain PNG has. */
async function expectScored(film: Uint8Array, joints = hand.joints): Promise<void> {
  const { status, body } = await score(film);
  expect({ status, detail: body.detail }).toEqual({ status: 200, detail: undefined });
  expectWhole(body);
  expect(body.missing).toEqual({});
  for (const { joint, share } of distances(body, joints)) expect(share, joint).toBeLessThan(0.06);
  for (const [joint, grade] of Object.entries(usual.scores)) {
    expect(Math.abs(body.scores[joint as 'mcp1']! - grade), joint).toBeLessThanOrEqual(1);
  }
}

describe('a film scores as the plain PNG does', () => {
  const film = () => sharp(hand.png);
  const deep = async (highest: number, format: 'png' | 'tiff') => {
    const { data, info } = await film().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    const samples = Uint16Array.from(data, (value) => Math.round((value / 255) * highest));
    const image = sharp(samples, { raw: { width: info.width, height: info.height, channels: 1 } });
    // A TIFF by default would be compressed as a JPEG, in 8 bit.
    return image.toColourspace('grey16').toFormat(format, { compression: 'lzw' }).toBuffer();
  };
  const plain: [what: string, encode: (film: Sharp) => Sharp][] = [
    ['JPEG', (image) => image.jpeg({ quality: 92 })],
    ['progressive JPEG', (image) => image.jpeg({ quality: 92, progressive: true })],
    ['CMYK JPEG', (image) => image.toColourspace('cmyk').jpeg({ quality: 92 })],
    ['WebP', (image) => image.webp({ quality: 92 })],
    ['TIFF', (image) => image.tiff({ compression: 'lzw' })],
    ['tiled, multi-resolution TIFF', (image) => image.tiff({ tile: true, pyramid: true })],
    ['RGB', (image) => image.toColourspace('srgb').png()],
    ['RGB with alpha', (image) => image.toColourspace('srgb').ensureAlpha().png()],
    ['palette', (image) => image.png({ palette: true, colours: 256 })],
    ['interlaced PNG', (image) => image.png({ progressive: true })],
    ['inverted grey', (image) => image.negate().png()],
    ['large: scaled to 4000 px', (image) => image.resize({ height: 4000 }).png({ compressionLevel: 1 })],
  ];
  test.each(plain)('%s', async (what, encode) => {
    const file = await encode(film()).toBuffer();
    const factor = what.startsWith('large') ? 4000 / hand.height : 1;
    const joints = hand.joints.map((joint) => ({ ...joint, x: joint.x * factor, y: joint.y * factor }));
    await expectScored(file, joints);
  });

  test.each(['png', 'tiff'] as const)('16 bit %s', async (format) => {
    await expectScored(await deep(65535, format));
  });
  test.each(['png', 'tiff'] as const)('12 bit kept in 16, %s', async (format) => {
    await expectScored(await deep(4095, format));
  });

  // What is stored, from what is shown: turned clockwise, then mirrored left to right.
  test.each([
    [2, 0, true],
    [3, 180, false],
    [4, 180, true],
    [5, 90, true],
    [6, 270, false],
    [7, 270, true],
    [8, 90, false],
  ])('stored as EXIF orientation %d has it', async (orientation, turn, mirrored) => {
    const turned = await sharp(hand.png).rotate(turn).toBuffer();
    const stored = await sharp(turned).flop(mirrored).toBuffer();
    await expectScored(await sharp(stored).withMetadata({ orientation }).jpeg({ quality: 92 }).toBuffer());
  });

  test('cut out: transparent beside the hand, whatever colour lies there', async () => {
    const { data, info } = await film().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const cutOut = Buffer.alloc((data.length / info.channels) * 4);
    for (let pixel = 0; pixel < cutOut.length / 4; pixel++) {
      const grey = data[pixel * info.channels]!;
      const isBeside = grey < 12;
      cutOut.fill(isBeside ? 255 : grey, pixel * 4, pixel * 4 + 3);
      cutOut[pixel * 4 + 3] = isBeside ? 0 : 255;
    }
    const raw = { width: info.width, height: info.height, channels: 4 as const };
    await expectScored(await sharp(cutOut, { raw }).png().toBuffer());
  });
});

describe('what is no film is refused, and the next film is scored', () => {
  afterEach(async () => {
    expect((await score(hand.png)).status).toBe(200);
  });
  const cut = (file: Uint8Array, share: number) => file.subarray(0, Math.floor(file.length * share));
  const jpeg = () => sharp(hand.png).jpeg().toBuffer();
  const flipped = (file: Uint8Array) => {
    const copy = Uint8Array.from(file);
    for (let at = 2000; at < copy.length; at += 997) copy[at]! ^= 0x55;
    return copy;
  };
  const refused: [what: string, file: () => Promise<Uint8Array>, status: number, type: string][] = [
    ['a PNG cut in half', async () => cut(hand.png, 0.5), 422, 'unreadable-image'],
    [
      'a PNG that is its first bytes',
      async () => cut(hand.png, 0.0001).slice(0, 40),
      422,
      'unreadable-image',
    ],
    ['a JPEG cut in half', async () => cut(await jpeg(), 0.5), 422, 'unreadable-image'],
    [
      'a TIFF cut in half',
      async () => cut(await sharp(hand.png).tiff().toBuffer(), 0.5),
      422,
      'unreadable-image',
    ],
    [
      'a WebP cut in half',
      async () => cut(await sharp(hand.png).webp().toBuffer(), 0.5),
      422,
      'unreadable-image',
    ],
    ['a PNG with flipped bits', async () => flipped(hand.png), 422, 'unreadable-image'],
    [
      'text that begins like a PNG',
      async () => Buffer.from('\x89PNG\r\n\x1a\nhello, hand', 'latin1'),
      422,
      'unreadable-image',
    ],
    ['a page of 1 bit', () => onePageOf1Bit(), 422, 'not-a-left-hand'],
    ['a hand of 1 bit', () => handOf1Bit(), 422, 'unreadable-image'],
    ['a hand of 16 colours', () => handOfColours(16), 422, 'unreadable-image'],
    ['a hand of 12 grey levels in 8 bits', () => handOfLevels(12), 422, 'unreadable-image'],
    ['one pixel', () => blank(1, 1), 422, 'not-a-left-hand'],
    ['a strip of 20,000 × 1 pixels', () => blank(20_000, 1), 422, 'not-a-left-hand'],
    ['a hand of no contrast', () => sharp(hand.png).linear(0, 90).png().toBuffer(), 422, 'not-a-left-hand'],
  ];
  test.each(refused)('%s', async (_, file, status, type) => {
    const { status: got, body } = await score(await file());
    expect({ status: got, type: body.type }).toEqual({ status, type: `/problems/${type}` });
  });

  const bombs: [what: string, file: Uint8Array, status: number, type: string][] = [
    [
      'a PNG that says it has 60,000 × 60,000 pixels',
      pngOf({ width: 60_000, height: 60_000 }),
      413,
      'too-many-pixels',
    ],
    [
      'a PNG of 2 GB of zeros in 2 MB',
      pngOf({ width: 45_000, height: 45_000, data: deflateSync(Buffer.alloc(300e6)) }),
      413,
      'too-many-pixels',
    ],
    [
      'a small PNG whose text chunk unpacks to 300 MB',
      pngOf({
        width: 8,
        height: 8,
        data: deflateSync(Buffer.alloc(8 * 9)),
        extra: [['zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(300e6))])]],
      }),
      422,
      'not-a-left-hand',
    ],
    [
      'a PNG of more pixels than its data has',
      pngOf({ width: 3000, height: 3000, data: deflateSync(Buffer.alloc(100)) }),
      422,
      'unreadable-image',
    ],
    ['a PNG of no width', pngOf({ width: 0, height: 10 }), 422, 'unreadable-image'],
  ];
  test.each(bombs)('%s, without the memory that it asks for', async (_, file, status, type) => {
    const before = forgetPeak('orchestrator');
    const { status: got, body } = await score(file);
    expect({ status: got, type: body.type }).toEqual({ status, type: `/problems/${type}` });
    expect(peakMb('orchestrator') - before).toBeLessThan(150);
  });

  test('twenty of the largest films that are allowed do not swell the orchestrator', async () => {
    const side = 6000;
    const film = await sharp(hand.png)
      .resize({ width: side, height: side, fit: 'fill' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const before = forgetPeak('orchestrator');
    for (let round = 0; round < 4; round++) {
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => scoreJson(mesh, film, { headers: { prefer: 'wait=60' } })),
      );
      for (const { status } of replies) expect([200, 422]).toContain(status);
    }
    // Uploads in hand and one decoding at a time for each core; never twenty films of 36 million pixels.
    const grown = peakMb('orchestrator') - before;
    console.log(
      `twenty films of 36 million pixels: ${grown.toFixed(0)} MB at the most above ${before.toFixed(0)} MB`,
    );
    expect(grown).toBeLessThan(500);
  });
});

const pidOf = (role: string): number => mesh.processes(role)[0]!.pid;

/** Megabytes in memory at the most since the peak was forgotten. */
const peakMb = (role: string): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pidOf(role)}/status`, 'utf8'))![1]) / 1024;

/** Megabytes in memory now, from where the peak is looked for: what is given back again by the answer counts too. */
function forgetPeak(role: string): number {
  writeFileSync(`/proc/${pidOf(role)}/clear_refs`, '5');
  return peakMb(role);
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#333' } })
    .png()
    .toBuffer();
const onePageOf1Bit = () =>
  sharp({ create: { width: 600, height: 800, channels: 3, background: '#fff' } })
    .png({ palette: true, colours: 2 })
    .toBuffer();
const handOf1Bit = () =>
  sharp(hand.png)
    .threshold(90)
    .toColourspace('b-w')
    .tiff({ bitdepth: 1, compression: 'ccittfax4' })
    .toBuffer();
const handOfColours = (colours: number) =>
  sharp(hand.png).png({ palette: true, colours, dither: 0 }).toBuffer();
async function handOfLevels(levels: number): Promise<Buffer> {
  const { data, info } = await sharp(hand.png)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const reduced = data.map((value) => Math.round((Math.floor((value * levels) / 256) * 255) / (levels - 1)));
  return sharp(reduced, { raw: { width: info.width, height: info.height, channels: 1 } })
    .png()
    .toBuffer();
}
