/**
 * The programs that scaling by a custom metric needs, for the image `localhost/test-metrics:dev`: Prometheus (Debian's does
 * not look for pods) and prometheus-adapter, built from their Go modules; some minutes, once. A cluster may have no way out,
 * so what runs the tests there gets them before: `node metrics-programs.ts FOLDER`.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../../.cache/go');
const BUILT_WITHIN_MS = 900_000;

const PROGRAMS = [
  { module: 'sigs.k8s.io/prometheus-adapter@v0.12.0', name: 'adapter', files: {} },
  {
    module: 'github.com/prometheus/prometheus@v0.308.0',
    name: 'prometheus',
    files: {
      // Of all the clouds that it can look for targets in, none but Kubernetes: a third of the build.
      'plugins/plugins.go':
        'package plugins\n\nimport _ "github.com/prometheus/prometheus/discovery/kubernetes"\n',
    },
  },
];

async function build({ module, name, files }: (typeof PROGRAMS)[number]): Promise<string> {
  const path = join(CACHE, name, name);
  if (existsSync(path)) return path;
  const { stdout } = await run('go', ['mod', 'download', '-json', module]);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  // As its own main module, with its own sums.
  const source = await mkdtemp(join(tmpdir(), 'source-'));
  try {
    await cp(Dir, source, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      await rm(join(source, file));
      await writeFile(join(source, file), text);
    }
    await mkdir(join(CACHE, name), { recursive: true });
    await run('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', path, `./cmd/${name}`], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: '0' },
      timeout: BUILT_WITHIN_MS,
    });
  } finally {
    await rm(source, { recursive: true, force: true });
  }
  return path;
}

const [folder = '.'] = process.argv.slice(2);
for (const program of PROGRAMS) await copyFile(await build(program), join(folder, program.name));
