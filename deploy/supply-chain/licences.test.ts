import { expect, test } from 'vitest';
import { refusedLicences } from './licences.ts';

const lockOf = (license: string | undefined, more: object = {}) => ({
  packages: { '': {}, 'node_modules/x': { version: '1.0.0', ...(license ? { license } : {}), ...more } },
});

test.each(['MIT', '(MIT OR CC0-1.0)', 'GPL-3.0-only OR MIT', 'Apache-2.0 AND LGPL-3.0-or-later'])(
  '“%s” may be shipped',
  (license) => {
    expect(refusedLicences(lockOf(license))).toEqual([]);
  },
);

test.each([
  'GPL-3.0-only',
  'MIT AND AGPL-3.0-only',
  'SEE LICENSE IN FILE',
  'MIT OR (GPL-2.0-only AND ISC)',
  undefined,
])('“%s” may not, or has to be looked at', (license) => {
  expect(refusedLicences(lockOf(license))).toEqual([`x@1.0.0: ${license ?? 'no licence'}`]);
});

test('what is used for development alone is not shipped', () => {
  expect(refusedLicences(lockOf('GPL-3.0-only', { dev: true }))).toEqual([]);
});
