/** A figure as a person reads it. Pure. */
import { DEFINITIONS, type Unit } from './figures/definitions.ts';
import type { Figure } from './figures/figure.ts';

const PRINT: Record<Unit, (value: number) => string> = {
  share: (value) => `${(100 * value).toFixed(1)} %`,
  plain: (value) => value.toFixed(3),
  grades: (value) => value.toFixed(2),
  points: (value) => value.toFixed(2),
  percent: (value) => `${value.toFixed(2)} %`,
  mm: (value) => `${value.toFixed(2)} mm`,
  ms: (value) => `${Math.round(value)} ms`,
};

export const definitionOf = ({ id }: Pick<Figure, 'id'>) =>
  DEFINITIONS[id.replace(/^compare\./, '')] ?? { title: id, unit: 'plain' as const, formula: '' };

export function shownValue(figure: Figure): string {
  const { unit } = definitionOf(figure);
  const { value, because } = figure;
  if (value === null) return `undefined: ${because ?? ''}`;
  const sign = figure.id.startsWith('compare.') && value > 0 ? '+' : '';
  return `${sign}${PRINT[unit](value)}`;
}

/** `[0.71, 0.83]`; a dash where there is none. */
export function shownInterval(figure: Figure): string {
  const { low, high } = figure;
  if (low === null || high === null) return '–';
  const print = PRINT[definitionOf(figure).unit];
  return `[${print(low).replace(/ (%|mm|ms)$/, '')}, ${print(high).replace(/ (%|mm|ms)$/, '')}]`;
}
