/**
 * The definitions of others' resources that components use: files of their makers' Go modules, fetched once into
 * `.cache/`. A cluster may have no way out, so what runs there fetches them before: `node custom-resources.ts`.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from '../../harness/wait-until.ts';
import { kubectl } from './kubectl.ts';

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, '../../../.cache/custom-resources');
const FETCH_WITHIN_MS = 120_000;

type Source = { module: string; files: string[] };

/** Component → what it needs. */
const SOURCES: Record<string, Source> = {
  'http-route': {
    module: 'sigs.k8s.io/gateway-api@v1.6.3',
    files: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  },
  monitoring: {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['podmonitors', 'prometheusrules'].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  'scoring-by-keda': {
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    files: ['config/crd/bases/keda.sh_scaledobjects.yaml'],
  },
};

const here = (file: string): string => join(FOLDER, basename(file));
const definitionOf = (file: string): string => {
  const [group, plural] = basename(file, '.yaml').split('_') as [string, string];
  return `${plural}.${group}`;
};

/** Why the component's resources cannot be told to the cluster; undefined once they are known there. */
export async function teachCluster(
  component: string,
  onTaught: (name: string) => void,
): Promise<string | undefined> {
  const source = SOURCES[component];
  if (!source) return undefined;
  for (const file of source.files) {
    const name = definitionOf(file);
    // A cluster that has it keeps its own.
    if ((await kubectl(['get', 'crd', name, '--ignore-not-found', '--output=name'])) !== '') continue;
    const missing = await fetchAll(source);
    if (missing) return missing;
    await kubectl(['apply', '--server-side', '--filename', here(file)]);
    onTaught(name);
    await waitUntil(`the cluster knows ${name}`, () => isServed(name), { within: 30_000 });
  }
  return undefined;
}

const isServed = async (name: string): Promise<boolean> => {
  const path = 'jsonpath={.status.conditions[?(@.type=="Established")].status}';
  return (await kubectl(['get', 'crd', name, `--output=${path}`])) === 'True';
};

async function fetchAll({ module, files }: Source): Promise<string | undefined> {
  if (files.every((file) => existsSync(here(file)))) return undefined;
  try {
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { timeout: FETCH_WITHIN_MS });
    const { Dir: folder } = JSON.parse(stdout) as { Dir: string };
    await mkdir(FOLDER, { recursive: true });
    for (const file of files) await copyFile(join(folder, file), here(file));
    return undefined;
  } catch (error) {
    return `${module} cannot be fetched: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}

if (import.meta.main) {
  for (const source of Object.values(SOURCES)) {
    const missing = await fetchAll(source);
    if (missing) console.log(missing);
  }
}
