import { expect, test } from 'vitest';
import { cropAlongFinger, cropDirectionToFilm, cropToFilm } from './crop-along-finger.ts';
import type { GreyImage, TurnDeg } from './grey-image.ts';
import { letterbox, letterboxToFilm } from './letterbox.ts';
import { resize } from './resize.ts';
import { fractionAsItLies, setUpright } from './turn.ts';

/** Black but for one bright dot of 3 × 3 pixels. */
function filmWithDot(width: number, height: number, dotX: number, dotY: number): GreyImage {
  const pixels = new Uint8Array(width * height);
  for (let y = -1; y <= 1; y++) for (let x = -1; x <= 1; x++) pixels[(dotY + y) * width + dotX + x] = 255;
  return { width, height, pixels };
}

function brightest({ width, pixels }: GreyImage) {
  const at = pixels.indexOf(Math.max(...pixels));
  return { x: (at % width) + 0.5, y: Math.floor(at / width) + 0.5 };
}

test.each([0, 90, 180, 270] as TurnDeg[])(
  'what the network sees at a place lies there on a film turned by %i°',
  (turned) => {
    const film = filmWithDot(300, 200, 220, 60);
    const upright = setUpright(letterbox(film, 100), turned);
    const seen = brightest(upright);
    const lies = letterboxToFilm(film, 100, fractionAsItLies({ x: seen.x / 100, y: seen.y / 100 }, turned));
    expect(Math.hypot(lies.x - 220.5, lies.y - 60.5)).toBeLessThan(3);
  },
);

test('a crop has the finger pointing up, and its places lead back to the film', () => {
  const film = filmWithDot(300, 200, 150, 100);
  // A finger that points to the right: a dot ahead of the centre lies above the crop's middle.
  const frame = { centre: { x: 120, y: 100 }, axis: { x: 2, y: 0 }, side: 100 };
  const seen = brightest(cropAlongFinger(film, frame, 50));
  expect(seen.y).toBeLessThan(15);
  expect(Math.abs(seen.x - 25)).toBeLessThan(2);
  const lies = cropToFilm(frame, { x: seen.x / 50, y: seen.y / 50 });
  expect(Math.hypot(lies.x - 150.5, lies.y - 100.5)).toBeLessThan(3);
  expect(cropDirectionToFilm(frame, { x: 0, y: -1 })).toEqual({ x: 1, y: 0 });
});

test('beyond the edge of the film a crop is black', () => {
  const film: GreyImage = { width: 50, height: 50, pixels: new Uint8Array(2500).fill(200) };
  const crop = cropAlongFinger(film, { centre: { x: 0, y: 0 }, axis: { x: 0, y: -1 }, side: 40 }, 20);
  expect(crop.pixels[0]).toBe(0);
  expect(crop.pixels.at(-1)).toBe(200);
});

test('shrinking keeps the mean grey, growing keeps the range', () => {
  const pixels = Uint8Array.from({ length: 97 * 61 }, (_, index) => (index * 7) % 256);
  const film = { width: 97, height: 61, pixels };
  const mean = (image: GreyImage) =>
    image.pixels.reduce((sum, value) => sum + value, 0) / image.pixels.length;
  expect(Math.abs(mean(resize(film, 20, 13)) - mean(film))).toBeLessThan(1.5);
  const grown = resize(film, 200, 130);
  expect(Math.max(...grown.pixels)).toBeLessThanOrEqual(255);
  expect(grown.pixels.length).toBe(26_000);
});
