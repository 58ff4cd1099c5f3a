/** Bounds that a run has to keep, so that CI or the promotion of a model can stand on it. Pure. */
import { CannotEvaluate } from '../cannot-evaluate.ts';
import { type Figure, findFigure } from '../figures/figure.ts';

export type Bound = {
  id: string;
  group: string;
  /** The figure itself, or an end of its interval. */
  end: 'value' | 'low' | 'high';
  side: 'below' | 'above';
  limit: number;
};

const SHAPE = /^([a-z0-9.-]+)(?:@([^:=]+))?(?::(low|high))?=(-?\d+(?:\.\d+)?)$/;

/** `grades.quadratic-kappa=0.6`, `grades.accuracy@mcp2=0.5`, `compare.end-to-end.accuracy:low=-0.01`. */
export function readBound(text: string, side: Bound['side']): Bound {
  const [, id, group, end, limit] = SHAPE.exec(text) ?? [];
  if (id === undefined || limit === undefined) {
    throw new CannotEvaluate(
      `“${text}” is no bound: give FIGURE=NUMBER, as grades.quadratic-kappa=0.6, grades.accuracy@mcp2=0.5 for one group, ` +
        'or grades.accuracy:low=0.5 for the lower end of the interval',
    );
  }
  return {
    id,
    group: group ?? 'all',
    end: (end as Bound['end'] | undefined) ?? 'value',
    side,
    limit: Number(limit),
  };
}

export type Verdict = { bound: Bound; holds: boolean; statement: string };

/** Throws CannotEvaluate for a figure that there is none of. A figure that is undefined keeps no bound. */
export function judge(bounds: readonly Bound[], figures: readonly Figure[]): Verdict[] {
  return bounds.map((bound) => {
    const { id, group, end, side, limit } = bound;
    const figure = findFigure(figures, id, group);
    if (!figure) throw new CannotEvaluate(notKnown(id, group, figures));
    const value = figure[end];
    const name = `${id}${group === 'all' ? '' : ` of ${group}`}${end === 'value' ? '' : `, ${end} end of the interval`}`;
    if (value === null) {
      return {
        bound,
        holds: false,
        statement: `${name} is undefined: ${figure.because ?? 'it has no interval'}`,
      };
    }
    const holds = side === 'below' ? value >= limit : value <= limit;
    const relation = holds ? (side === 'below' ? 'not below' : 'not above') : side;
    return { bound, holds, statement: `${name} is ${value.toFixed(4)}, ${relation} ${limit}` };
  });
}

function notKnown(id: string, group: string, figures: readonly Figure[]): string {
  const groups = figures.filter((figure) => figure.id === id).map((figure) => figure.group);
  if (groups.length > 0) return `${id} has no group “${group}”, only ${groups.join(', ')}`;
  const last = id.split('.').at(-1)!;
  const near = [...new Set(figures.map((figure) => figure.id))]
    .filter((one) => one.includes(last))
    .slice(0, 5);
  const needed = id.startsWith('compare.') ? ': it takes --compare' : '';
  return `there is no figure “${id}”${near.length > 0 ? `: do you mean ${near.join(', ')}?` : needed}`;
}
