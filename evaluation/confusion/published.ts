/** Figures that were published about a confusion matrix, held against what the matrix itself gives. Pure. */
import { accuracy, shareWithin } from '../statistics/agreement.ts';
import { type ConfusionMatrix, countWithin, totalOf } from '../statistics/confusion-matrix.ts';
import { isDefined } from '../statistics/statistic.ts';

/** Which shares of pairs can be checked: those that count hits. */
export const CHECKED = { accuracy: 0, 'within-1': 1 } as const;
export type Checked = keyof typeof CHECKED;

/** `decimals` of the share, as published: 94.1 % is 0.941 with 3. */
export type Published = { figure: Checked; value: number; decimals: number };

export type Verdict = Published & { follows: boolean; statement: string };

/** The matrix of the prototype that this project succeeds (Lucerne University of Applied Sciences, 2020). */
const PROTOTYPE: ConfusionMatrix = [
  [1310, 216, 0, 0, 0, 2],
  [412, 321, 16, 0, 0, 0],
  [5, 30, 14, 1, 0, 0],
  [0, 4, 1, 2, 0, 0],
  [2, 3, 7, 1, 0, 0],
  [2, 6, 7, 3, 0, 0],
];
/** It calls the share within one grade “soft” accuracy. 247 films of ten joints were scored. */
const PUBLISHED_OF_PROTOTYPE: Published[] = [
  { figure: 'accuracy', value: 0.696, decimals: 3 },
  { figure: 'within-1', value: 0.941, decimals: 3 },
];
const FILMS_OF_PROTOTYPE = 247;
const JOINTS_A_FILM = 10;

/** What is known to have been published about this very matrix. */
export const publishedAbout = (counts: ConfusionMatrix): Published[] =>
  isPrototypes(counts) ? PUBLISHED_OF_PROTOTYPE : [];

export function hold(published: Published, counts: ConfusionMatrix): Verdict {
  const { figure, value, decimals } = published;
  const hits = countWithin(counts, CHECKED[figure]);
  const total = totalOf(counts);
  const given = shareWithin(counts, CHECKED[figure]);
  const half = 0.5 * 10 ** -decimals;
  const follows = isDefined(given) && Math.abs(given - value) <= half;
  const name = figure === 'within-1' ? 'within one grade (“soft” accuracy)' : 'accuracy';
  const is = `${hits} of ${total} pairs, ${percent(hits / total)}`;
  if (follows) {
    return {
      ...published,
      follows,
      statement: `${name}: published ${percent(value)}; the matrix gives ${is}.`,
    };
  }
  const [least, most] = [Math.ceil(hits / (value + half)), Math.floor(hits / (value - half))];
  const wanted = Math.round(value * total);
  const statement = [
    `${name}: published ${percent(value)}, which does not follow from the matrix: it gives ${is}.`,
    `${percent(value)} of ${total} would be ${wanted} hits, ${Math.abs(wanted - hits)} ${wanted < hits ? 'fewer' : 'more'} than the matrix holds;`,
    `the ${hits} hits that it holds make ${percent(value)} of ${least === most ? least : `${least} to ${most}`} pairs.`,
    denominators(counts, { least, most, total }),
  ];
  return { ...published, follows, statement: statement.filter(Boolean).join(' ') };
}

function denominators(
  counts: ConfusionMatrix,
  { least, most, total }: { least: number; most: number; total: number },
): string {
  const exact = accuracy(counts);
  const asked = FILMS_OF_PROTOTYPE * JOINTS_A_FILM;
  if (!isDefined(exact) || least <= total) return '';
  const other = `So it must have been divided by another number than the accuracy was (${total})`;
  if (!isPrototypes(counts) || asked < least || asked > most) {
    return `${other}, at least ${least - total} pairs more: pairs without an answer, most likely.`;
  }
  const away = asked - total;
  return (
    `${other}. ${FILMS_OF_PROTOTYPE} films × ${JOINTS_A_FILM} joints are ${asked}, which fits: the ${away} of these that were never ` +
    `scored then count as misses in the soft figure and not at all in the exact one, which by ${asked} would be ${percent((exact * total) / asked)}.`
  );
}

const isPrototypes = (counts: ConfusionMatrix): boolean =>
  JSON.stringify(counts) === JSON.stringify(PROTOTYPE);
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
