import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { telemetryPage } from './print-telemetry.ts';

test('docs/telemetry.md says what the processes emit (npm run telemetry-docs writes it anew)', () => {
  const page = readFileSync(join(import.meta.dirname, 'telemetry.md'), 'utf8');
  expect(page).toBe(telemetryPage(page));
});
