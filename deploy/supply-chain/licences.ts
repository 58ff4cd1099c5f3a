/** Whether what is shipped may be: the licences that the lock file names, against those that an Apache-2.0 project may pass on. */

const TAKEN: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  // libvips, as a shared library of its own that anybody can exchange: what the licence asks for.
  'LGPL-3.0-or-later',
]);

export type Lock = {
  packages: Record<string, { version?: string; license?: string; dev?: boolean; resolved?: string }>;
};

/** One line for each package whose licence is missing or none of those. */
export function refusedLicences({ packages }: Lock): string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .filter(([, { license }]) => !license || !isTaken(license))
    .map(
      ([path, { version, license }]) =>
        `${path.replace(/.*node_modules\//, '')}@${version}: ${license ?? 'no licence'}`,
    );
}

/** An SPDX expression of names, AND and OR; brackets only around the whole. */
function isTaken(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(plain)) return false;
  return plain.split(' OR ').some((either) => either.split(' AND ').every((name) => TAKEN.has(name)));
}
