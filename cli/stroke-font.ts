/**
 * Letters as strokes, for pictures: a machine without fonts, as a slim container is, would draw
 * empty boxes. Pure. Capitals, digits and a few marks, on a grid 4 wide and 6 high.
 */

/** Each glyph: strokes separated by spaces, each a chain of points `xy`. */
const GLYPHS: Record<string, string> = {
  A: '06-20-46 14-34',
  B: '00-06-36-45-44-33-03 33-42-41-30-00',
  C: '41-30-10-01-05-16-36-45',
  D: '00-06-26-44-42-20-00',
  E: '40-00-06-46 03-33',
  F: '40-00-06 03-33',
  G: '41-30-10-01-05-16-36-45-43-23',
  H: '00-06 40-46 03-43',
  I: '10-30 20-26 16-36',
  J: '40-45-36-16-05',
  K: '00-06 40-03-46',
  L: '00-06-46',
  M: '06-00-23-40-46',
  N: '06-00-46-40',
  O: '10-30-41-45-36-16-05-01-10',
  P: '06-00-30-41-42-33-03',
  Q: '10-30-41-45-36-16-05-01-10 24-46',
  R: '06-00-30-41-42-33-03 23-46',
  S: '41-30-10-01-02-13-33-44-45-36-16-05',
  T: '00-40 20-26',
  U: '00-05-16-36-45-40',
  V: '00-26-40',
  W: '00-16-23-36-40',
  X: '00-46 40-06',
  Y: '00-23-40 23-26',
  Z: '00-40-06-46',
  '0': '10-30-41-45-36-16-05-01-10',
  '1': '11-20-26 16-36',
  '2': '01-10-30-41-42-06-46',
  '3': '01-10-30-41-42-33-13 33-44-45-36-16-05',
  '4': '36-30-04-44',
  '5': '40-00-03-33-44-45-36-16-05',
  '6': '41-30-10-01-05-16-36-45-44-33-13-04',
  '7': '00-40-16',
  '8': '10-30-41-42-33-13-02-01-10 13-04-05-16-36-45-44-33',
  '9': '42-33-13-02-01-10-30-41-45-36-16-05',
  '-': '13-33',
  '?': '01-10-30-41-42-23-24 26-26',
  ':': '22-22 25-25',
  ',': '25-16',
  '.': '26-26',
  '%': '40-06 00-10-11-01-00 35-45-46-36-35',
  '/': '40-06',
};

const GRID_HEIGHT = 6;
const GRID_WIDTH = 4;
const ADVANCE = GRID_WIDTH + 2;

/** In pixels, at a height of `heightPx`. */
export const textWidthPx = (text: string, heightPx: number): number =>
  text.length === 0 ? 0 : ((text.length * ADVANCE - 2) * heightPx) / GRID_HEIGHT;

/** An SVG path of the text, whose top left is at x, y. Characters without a glyph are spaces. */
export function svgText(text: string, x: number, y: number, heightPx: number, colour: string): string {
  const scale = heightPx / GRID_HEIGHT;
  const path = [...text.toUpperCase()]
    .flatMap((character, index) =>
      (GLYPHS[character] ?? '').split(' ').map((stroke) =>
        stroke
          .split('-')
          .filter((point) => point.length === 2)
          .map((point, at) => {
            const px = x + (index * ADVANCE + Number(point[0])) * scale;
            const py = y + Number(point[1]) * scale;
            return `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`;
          })
          .join(''),
      ),
    )
    .join('');
  const stroke = `stroke="${colour}" stroke-width="${(heightPx / 7).toFixed(1)}"`;
  return `<path d="${path}" fill="none" ${stroke} stroke-linecap="round" stroke-linejoin="round"/>`;
}
