/** Tests of two answers to the same questions. They take pairs as independent: see `bootstrap.ts` for clusters. Pure. */
import { binomialCdf, chiSquaredTail, normalTwoSided } from './special-functions.ts';
import { type Statistic, Undefined, unusable } from './statistic.ts';

/** Below this many discordant pairs the exact test is made (Fagerland et al., BMC Med. Res. Methodol. 2013;13:91). */
const EXACT_BELOW = 25;

export type McNemar = { pValue: number; exact: boolean };

/**
 * McNemar's test of two shares on the same subjects (Psychometrika 1947;12:153); `onlyOne` and `onlyOther`
 * count the discordant pairs. Exact binomial below 25 discordant pairs, else χ² with the continuity
 * correction (|b − c| − 1)² / (b + c). As statsmodels' mcnemar. Without a discordant pair p is 1.
 */
export function mcNemar(
  onlyOne: number,
  onlyOther: number,
  exact = onlyOne + onlyOther < EXACT_BELOW,
): McNemar {
  const discordant = onlyOne + onlyOther;
  if (discordant === 0) return { pValue: 1, exact };
  if (exact) {
    const tail = binomialCdf(Math.min(onlyOne, onlyOther), discordant, 0.5);
    return { pValue: Math.min(1, 2 * tail), exact };
  }
  const statistic = (Math.abs(onlyOne - onlyOther) - 1) ** 2 / discordant;
  return { pValue: chiSquaredTail(statistic), exact };
}

/**
 * P value of Wilcoxon's signed rank test, two-sided (Biometrics 1945;1:80): zero differences left out, tied
 * ranks averaged, normal approximation with the variance corrected for ties and no continuity
 * correction. As scipy's wilcoxon(method="approx", zero_method="wilcox").
 */
export function wilcoxonSignedRank(differences: ArrayLike<number>): Statistic {
  const wrong = unusable(differences);
  if (wrong) return wrong;
  const nonZero = Array.from(differences).filter((apart) => apart !== 0);
  const n = nonZero.length;
  if (n === 0) return new Undefined('no pair differs');
  nonZero.sort((a, b) => Math.abs(a) - Math.abs(b));
  let [positiveRanks, tieTerm] = [0, 0];
  for (let from = 0; from < n; ) {
    let to = from;
    while (to < n && Math.abs(nonZero[to]!) === Math.abs(nonZero[from]!)) to += 1;
    const tied = to - from;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at++) if (nonZero[at]! > 0) positiveRanks += rank;
    tieTerm += tied ** 3 - tied;
    from = to;
  }
  const expected = (n * (n + 1)) / 4;
  const variance = (n * (n + 1) * (2 * n + 1) - tieTerm / 2) / 24;
  return normalTwoSided((positiveRanks - expected) / Math.sqrt(variance));
}
