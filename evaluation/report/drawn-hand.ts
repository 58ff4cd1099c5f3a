/** A drawn left hand, palm down, with a value at each joint: where the errors are. Pure. */
import { fingerOf, isMcp, JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { escapeHtml } from './render-plot.ts';
import { FONT, INK, MUTED } from './theme.ts';

type Place = readonly [x: number, y: number];

/**
 * Each ray: base of the metacarpal, MCP, (P)IP, (DIP,) tip; the picture's own units. Lengths after
 * Buryanov & Kotiuk 2010; the thumb is on the right, as on a radiograph of a left hand.
 */
const RAYS: Record<number, readonly Place[]> = {
  1: [
    [176, 296],
    [226, 238],
    [252, 196],
    [268, 164],
  ],
  2: [
    [160, 272],
    [186, 170],
    [204, 110],
    [212, 76],
    [217, 50],
  ],
  3: [
    [142, 268],
    [148, 164],
    [151, 96],
    [152, 56],
    [153, 28],
  ],
  4: [
    [126, 270],
    [112, 174],
    [100, 112],
    [94, 74],
    [90, 48],
  ],
  5: [
    [112, 276],
    [80, 194],
    [58, 148],
    [48, 122],
    [40, 98],
  ],
};

export type JointValue = { value: number | null; text: string };

const WIDTH = 300;
const HEIGHT = 330;
const FROM = [238, 243, 248] as const;
const TO = [178, 34, 34] as const;

/** `most` is the value drawn darkest; a joint without a value is left white. */
export function drawnHand(
  title: string,
  values: Partial<Record<JointName, JointValue>>,
  most: number,
): string {
  const bones = Object.values(RAYS).map(
    (ray) =>
      `<polyline points="${ray.map(([x, y]) => `${x},${y}`).join(' ')}" fill="none" stroke="#cfd8e1" stroke-width="13" stroke-linecap="round" stroke-linejoin="round"/>`,
  );
  const joints = JOINT_NAMES.map((joint) => {
    const [x, y] = RAYS[fingerOf(joint)]![isMcp(joint) ? 1 : 2]!;
    const { value, text } = values[joint] ?? { value: null, text: '–' };
    const share = value === null || most <= 0 ? 0 : Math.min(1, Math.max(0, value / most));
    const fill =
      value === null
        ? '#fff'
        : `rgb(${FROM.map((from, at) => Math.round(from + share * (TO[at]! - from))).join(',')})`;
    return (
      `<circle cx="${x}" cy="${y}" r="17" fill="${fill}" stroke="${MUTED}"/>` +
      `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11" fill="${share > 0.5 ? '#fff' : INK}">${escapeHtml(text)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`${title}, by joint of a drawn hand`)}"`,
    ` width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family='${FONT}'>`,
    `<ellipse cx="143" cy="300" rx="52" ry="22" fill="#e3e9ef"/>`,
    ...bones,
    ...joints,
    '</svg>',
  ].join('');
}
