/**
 * Settings are environment variables, each declared once with its default and a sentence; README's
 * table is printed from the same declarations. A process that cannot start says every problem at once.
 */

export type Setting<T> = {
  env: string;
  /** As text, as it would stand in the environment; undefined if there is no default. */
  fallback: string | undefined;
  doc: string;
  /** Throws an Error whose message completes "NAME: …". */
  parse(text: string): T;
};

export type Settings = Record<string, Setting<unknown>>;
export type ValuesOf<S extends Settings> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

export class InvalidSettings extends Error {
  override name = 'InvalidSettings';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

export function readSettings<S extends Settings>(
  settings: S,
  environment: Record<string, string | undefined>,
): ValuesOf<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, { env, fallback, parse }] of Object.entries(settings)) {
    const given = environment[env];
    // An empty variable is how compose files and shells say "not set".
    const text = given === undefined || given === '' ? fallback : given;
    try {
      values[key] = text === undefined ? undefined : parse(text);
    } catch (thrown) {
      problems.push(`${env}: ${(thrown as Error).message}`);
    }
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  return values as ValuesOf<S>;
}

export const text = (env: string, fallback: string, doc: string): Setting<string> => ({
  env,
  fallback,
  doc,
  parse: (value) => value,
});

/** Undefined unless given. */
export const optionalText = (env: string, doc: string): Setting<string | undefined> => ({
  env,
  fallback: undefined,
  doc,
  parse: (value) => value,
});

export const integer = (
  env: string,
  fallback: number | undefined,
  range: { min: number; max: number },
  doc: string,
): Setting<number> => ({
  env,
  fallback: fallback?.toString(),
  doc,
  parse(value) {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < range.min || number > range.max) {
      throw new Error(`“${value}” is not a whole number from ${range.min} to ${range.max}`);
    }
    return number;
  },
});

export const port = (env: string, fallback: number, doc: string): Setting<number> =>
  integer(env, fallback, { min: 0, max: 65535 }, doc);

export const choice = <T extends string>(
  env: string,
  fallback: T,
  choices: readonly T[],
  doc: string,
): Setting<T> => ({
  env,
  fallback,
  doc,
  parse(value) {
    if (!(choices as readonly string[]).includes(value)) {
      throw new Error(`“${value}” is none of ${choices.join(', ')}`);
    }
    return value as T;
  },
});
