/** The demo's table, a line a joint as it comes: what was found, and what is known to be there. Pure. */
import type { JointName } from '#platform/domain/joints.ts';
import type { ScoredJoint } from '../cli/answer.ts';
import type { TrueJoint } from '../synthetic/render-hand.ts';

export const TABLE_HEAD = [
  '   after    joint  grade   0 1 2 3 4 5   eroded     simulated truth',
  '   ───────  ─────  ─────   ───────────   ───────    ───────────────',
].join('\n');

export type JointNews = { joint: JointName } & (ScoredJoint | { missing: string });

export function tableLine(news: JointNews, truth: TrueJoint, afterMs: number): string {
  const after = `${Math.round(afterMs)} ms`.padStart(7);
  const known = `grade ${truth.grade}, ${String(truth.erosionPercent).padStart(2)} %`;
  if ('missing' in news) return `   ${after}  ${news.joint}   –       ${news.missing.padEnd(25)}${known}`;
  const grade = `${news.score}${news.doubtful ? '?' : ' '}`;
  const bars = news.probabilities.map(barOf).join(' ');
  const eroded = `${news.erosionPercent.toFixed(1).padStart(5)} %`;
  return `   ${after}  ${news.joint}   ${grade}      ${bars}   ${eroded}    ${known}`;
}

const BARS = ' ▁▂▃▄▅▆▇█';

const barOf = (probability: number): string =>
  BARS[Math.min(BARS.length - 1, Math.round(probability * (BARS.length - 1)))]!;
