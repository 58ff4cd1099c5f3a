/** A figure as it is kept and shown: value, interval, and what it was counted over. */
import {
  type BootstrapOptions,
  bootstrap,
  type Estimate,
  type Interval,
  intervalOfNone,
} from '../statistics/bootstrap.ts';
import { isDefined, type Statistic } from '../statistics/statistic.ts';
import { DEFINITIONS } from './definitions.ts';

export type Figure = {
  /** `grades.accuracy`: section and name, the same in JSON, CSV, bounds and comparisons. */
  id: string;
  /** `all`, `MCP`, `mcp2`, `left`, … */
  group: string;
  /** null where it is undefined, and then `because` says why. */
  value: number | null;
  /** 95 % interval; null where there is none. */
  low: number | null;
  high: number | null;
  /** What it was counted over, and of how many patients. */
  n: number;
  patients: number;
  because?: string;
};

/** By a statistic's name: which cases it is counted over, where these are not all. */
export type Subsets<Case> = Record<string, (one: Case) => boolean>;

/** The statistics of a sample as figures, with intervals by bootstrap over patients. */
export function figuresOf<Case extends { patient: string }, Name extends string>(
  section: string,
  group: string,
  cases: readonly Case[],
  statistics: (cases: Case[]) => Record<Name, Statistic>,
  { draws, seed, subsets = {} }: BootstrapOptions & { subsets?: Subsets<Case> },
): Figure[] {
  const patients = [...Map.groupBy(cases, ({ patient }) => patient).values()];
  const estimates = bootstrap(patients, statistics, { draws, seed });
  return Object.entries<Estimate>(estimates).map(([name, { value, interval }]) => {
    const id = `${section}.${name}`;
    const counted = cases.filter(subsets[name] ?? everyCase);
    const countedPatients = new Set(counted.map(({ patient }) => patient)).size;
    const either = NO_INTERVAL.test(id)
      ? undefined
      : (interval ?? (draws > 0 ? exactInterval(id, value, countedPatients) : undefined));
    return {
      id,
      group,
      value: isDefined(value) ? value : null,
      low: either?.low ?? null,
      high: either?.high ?? null,
      n: counted.length,
      patients: countedPatients,
      ...(isDefined(value) ? {} : { because: value.because }),
    };
  });
}

const everyCase = () => true;

/** No resample holds more than the longest that was seen: of extremes the bootstrap says nothing. */
const NO_INTERVAL = /-longest$/;

/** What is no plain share of cases: differences, means of shares. */
const NO_PLAIN_SHARE = /^(steps|compare)\.|\.(always-0-)?balanced-accuracy$|\.f1-/;

/** Of a share that is 0 or 1 throughout. */
function exactInterval(id: string, value: Statistic, patients: number): Interval | undefined {
  if (DEFINITIONS[id]?.unit !== 'share' || NO_PLAIN_SHARE.test(id)) return undefined;
  return value === 0 || value === 1 ? intervalOfNone(value, patients) : undefined;
}

export const findFigure = (figures: readonly Figure[], id: string, group = 'all'): Figure | undefined =>
  figures.find((figure) => figure.id === id && figure.group === group);
