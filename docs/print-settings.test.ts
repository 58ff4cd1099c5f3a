import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsPage } from './print-settings.ts';

test('docs/settings.md says what the processes read (npm run settings writes it anew)', () => {
  expect(readFileSync(join(import.meta.dirname, 'settings.md'), 'utf8')).toBe(settingsPage());
});
