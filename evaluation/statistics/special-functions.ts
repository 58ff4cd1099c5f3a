/**
 * Distribution functions, to about 1e-13. By the series and continued fractions of Abramowitz & Stegun
 * 6.5.29, 6.5.31 and 26.5.8, evaluated by the modified Lentz method (Press et al., Numerical Recipes, 6.2 and 6.4).
 */

const PRECISION = 1e-16;
const TINY = 1e-300;
const MOST_STEPS = 10_000;

/** ln Γ(x), x > 0: Lanczos, g = 7, nine terms. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const t = z + 7.5;
  const series = terms.slice(1).reduce((sum, term, at) => sum + term / (z + at + 1), terms[0]!);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Regularised upper incomplete gamma Q(a, x). */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let n = 1; n < MOST_STEPS && Math.abs(term) > Math.abs(total) * PRECISION; n++) {
      term *= x / (a + n);
      total += term;
    }
    return 1 - factor * total;
  }
  const b = (n: number) => x + 2 * n + 1 - a;
  return factor / lentz(b(0), (n) => -n * (n - a), b);
}

/** Regularised incomplete beta I_x(a, b). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // On the other side the fraction converges slowly.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const factor = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  const coefficient = (n: number) => {
    const m = Math.floor(n / 2);
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
      : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
  };
  return factor / (a * lentz(1, coefficient, () => 1));
}

/** b(0) + a(1) / (b(1) + a(2) / (b(2) + …)). */
function lentz(first: number, a: (n: number) => number, b: (n: number) => number): number {
  let value = first || TINY;
  let c = value;
  let d = 0;
  for (let n = 1; n < MOST_STEPS; n++) {
    d = 1 / (b(n) + a(n) * d || TINY);
    c = b(n) + a(n) / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return value;
}

/** P(χ² with one degree of freedom > x). */
export const chiSquaredTail = (x: number): number => upperGamma(0.5, x / 2);

/** P(|Z| > z) of the standard normal. */
export const normalTwoSided = (z: number): number => upperGamma(0.5, (z * z) / 2);

/** Φ(z). */
export const normalCdf = (z: number): number => (z < 0 ? normalTwoSided(z) / 2 : 1 - normalTwoSided(z) / 2);

/** P(T ≤ t) of Student's t. */
export function studentCdf(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T ≤ t) = share, 0 < share < 1; by bisection. */
export function studentQuantile(share: number, degrees: number): number {
  const cdf = (t: number) => studentCdf(t, degrees);
  let [low, high] = [-1, 1];
  while (cdf(low) > share) low *= 2;
  while (cdf(high) < share) high *= 2;
  while (high - low > 1e-14 * Math.max(1, Math.abs(low))) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (cdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ k), X binomial with n trials of chance p. */
export const binomialCdf = (k: number, n: number, p: number): number =>
  k >= n ? 1 : incompleteBeta(1 - p, n - k, k + 1);
