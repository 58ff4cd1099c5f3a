/** The compose file, as the library that `docker compose` reads it with judges it: there is no Docker on a test machine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { getGoTool } from './harness/tools.ts';

const run = promisify(execFile);
const FILE = join(import.meta.dirname, '..', 'deploy', 'observability', 'compose.yaml');

const tool = await getGoTool('github.com/compose-spec/compose-go/v2/cmd', 'v2.16.2', { as: 'compose-spec' });
const it = 'path' in tool ? test : test.skip;
const note = 'path' in tool ? '' : ` (skipped: ${tool.missing})`;

type Project = { services: Record<string, { image: string; volumes?: { source: string }[] }> };

it(`the compose file follows the specification, and what it mounts is there${note}`, async () => {
  const path = (tool as { path: string }).path;
  // It takes mounts as seen from where it runs.
  const { stdout } = await run(path, ['--format', 'json', FILE], { cwd: join(FILE, '..') });
  const { services } = JSON.parse(stdout) as Project;
  expect(Object.keys(services).sort()).toEqual(['collector', 'grafana', 'jaeger', 'prometheus']);
  for (const { image, volumes = [] } of Object.values(services)) {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    for (const { source } of volumes) expect(existsSync(source), source).toBe(true);
  }
});
