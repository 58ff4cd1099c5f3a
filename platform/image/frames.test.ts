import { expect, test } from 'vitest';
import { cropAlongFinger, cropDirectionToFilm, cropToFilm } from './crop-along-finger.ts';
import type { GreyImage, TurnDeg } from './grey-image.ts';
import { fitToSquare, letterbox, letterboxToFilm } from './letterbox.ts';
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

/** Grey that changes from pixel to pixel, the same each time. */
function noise(width: number, height: number): GreyImage {
  let state = 1;
  const pixels = Uint8Array.from({ length: width * height }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 23;
  });
  return { width, height, pixels };
}

test.each([
  ['within the film', { centre: { x: 150, y: 110 }, axis: { x: 0.3, y: -1 }, side: 130 }],
  ['across its edge', { centre: { x: 20, y: 190 }, axis: { x: -1, y: 0.2 }, side: 130 }],
])('each pixel of a crop %s is the mean of bilinear samples at most a film pixel apart', (_, frame) => {
  const film = noise(300, 220);
  const side = 48;
  const perPixel = Math.ceil(frame.side / side);
  const at = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < film.width && y < film.height ? film.pixels[y * film.width + x]! : 0;
  const sample = ({ x, y }: { x: number; y: number }) => {
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [right, lower] = [x - 0.5 - left, y - 0.5 - top];
    return (
      (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - lower) +
      (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * lower
    );
  };
  const expected = Array.from({ length: side * side }, (_, index) => {
    let sum = 0;
    for (let sub = 0; sub < perPixel * perPixel; sub++) {
      const across = (index % side) * perPixel + (sub % perPixel) + 0.5;
      const down = Math.floor(index / side) * perPixel + Math.floor(sub / perPixel) + 0.5;
      const samples = side * perPixel;
      sum += sample(cropToFilm(frame, { x: across / samples, y: down / samples }));
    }
    return sum / perPixel ** 2;
  });
  const { pixels } = cropAlongFinger(film, frame, side);
  for (const [index, value] of expected.entries())
    expect(Math.abs(pixels[index]! - value)).toBeLessThan(0.51);
});

test('each pixel of a shrunk film is the mean of what it covers', () => {
  const film = noise(97, 61);
  const [width, height] = [20, 13];
  const share = (from: number, to: number, index: number, pixel: number) =>
    Math.max(0, Math.min((index + 1) * (from / to), pixel + 1) - Math.max(index * (from / to), pixel));
  const { pixels } = resize(film, width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let row = 0; row < film.height; row++)
        for (let column = 0; column < film.width; column++)
          sum +=
            share(film.height, height, y, row) *
            share(film.width, width, x, column) *
            film.pixels[row * film.width + column]!;
      const mean = (sum * width * height) / (film.width * film.height);
      expect(Math.abs(pixels[y * width + x]! - mean)).toBeLessThan(0.51);
    }
});

test.each([
  [931, 1121],
  [1600, 1200],
  [1, 900],
  [200, 180],
])('a film of %i × %i pixels looks the same in a network’s square as its thumbnail does', (width, height) => {
  const film = noise(width, height);
  const thumbnail = Math.max(width, height) > 256 ? fitToSquare(film, 256) : film;
  expect(letterbox(thumbnail, 256)).toEqual(letterbox(film, 256));
});
