/** The rules of Prometheus, as its own promtool judges them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { getDebianTool } from './harness/tools.ts';

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, '..', 'deploy', 'observability', 'prometheus');

const promtool = await getDebianTool('prometheus', 'promtool');
const it = 'path' in promtool ? test : test.skip;
const note = 'path' in promtool ? '' : ` (skipped: ${promtool.missing})`;
const tell = (...args: string[]) => run((promtool as { path: string }).path, args, { cwd: FOLDER });

it(`promtool finds the configuration and the rules sound${note}`, async () => {
  const { stdout } = await tell('check', 'config', 'prometheus.yml');
  expect(stdout).not.toMatch(/FAILED/);
  expect(stdout).toMatch(/alerts\.yml\s+SUCCESS/);
});

it(`every alert fires when it should and not when it should not${note}`, async () => {
  const { stdout } = await tell('test', 'rules', 'rules/alerts.test.yml', 'rules/alerts-of-days.test.yml');
  expect(stdout).toMatch(/SUCCESS/);
});
