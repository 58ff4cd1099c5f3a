/**
 * Settings are environment variables, each declared once with its default and a sentence; README's
 * table is printed from the same declarations. A process that cannot start says every problem at once.
 */

import { readFileSync } from 'node:fs';

export type Setting<T> = {
  env: string;
  /** As text, as it would stand in the environment; undefined if there is no default. */
  fallback: string | undefined;
  doc: string;
  /** Throws an Error whose message completes "NAME: …". */
  parse(text: string): T;
  /** What stays open without it, where security is required; of several with the same, one is enough. */
  closes?: string;
  /** May stand in a file that NAME_FILE names instead, as secrets are mounted. */
  secret?: boolean;
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
  for (const [key, { env, fallback, parse, secret }] of Object.entries(settings)) {
    try {
      const text =
        (secret ? givenByFile(env, environment) : undefined) ?? given(env, environment) ?? fallback;
      values[key] = text === undefined ? undefined : parse(text);
    } catch (thrown) {
      problems.push(`${env}: ${(thrown as Error).message}`);
    }
  }
  problems.push(...whatIsOpen(settings, values));
  if (problems.length > 0) throw new InvalidSettings(problems);
  return values as ValuesOf<S>;
}

/** An empty variable is how compose files and shells say "not set". */
const given = (env: string, environment: Record<string, string | undefined>): string | undefined =>
  environment[env] === '' ? undefined : environment[env];

function givenByFile(env: string, environment: Record<string, string | undefined>): string | undefined {
  const path = given(`${env}_FILE`, environment);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new Error(
      `the file that ${env}_FILE names cannot be read (${(thrown as NodeJS.ErrnoException).code})`,
    );
  }
}

/** Every setting that is missed where nothing may stay open. */
function whatIsOpen(settings: Settings, values: Record<string, unknown>): string[] {
  if (values.requireSecurity !== true) return [];
  const closing = Object.entries(settings).filter(([, { closes }]) => closes !== undefined);
  return [...Map.groupBy(closing, ([, { closes }]) => closes!)]
    .filter(([, alternatives]) => alternatives.every(([key]) => values[key] === undefined))
    .map(
      ([open, alternatives]) =>
        `${alternatives.map(([, { env }]) => env).join(' or ')}: must be set, since ${REQUIRE_SECURITY} is true and without it ${open}`,
    );
}

export const REQUIRE_SECURITY = 'DEEPXRAY_REQUIRE_SECURITY';

export const text = (env: string, fallback: string, doc: string): Setting<string> => ({
  env,
  fallback,
  doc,
  parse: (value) => value,
});

type Security = Pick<Setting<unknown>, 'closes' | 'secret'>;

/** Undefined unless given. */
export const optionalText = (
  env: string,
  doc: string,
  security: Security = {},
): Setting<string | undefined> => ({
  env,
  fallback: undefined,
  doc,
  parse: (value) => value,
  ...security,
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

/** Undefined unless given. */
export const optionalInteger = (
  env: string,
  range: { min: number; max: number },
  doc: string,
  security: Security = {},
): Setting<number | undefined> => ({ ...integer(env, undefined, range, doc), ...security });

export const port = (env: string, fallback: number, doc: string): Setting<number> =>
  integer(env, fallback, { min: 0, max: 65535 }, doc);

export const flag = (env: string, doc: string): Setting<boolean> => ({
  ...choice(env, 'false', ['true', 'false'], doc),
  parse(value) {
    if (value !== 'true' && value !== 'false') throw new Error(`“${value}” is neither true nor false`);
    return value === 'true';
  },
});

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
