/** `npm run image`: the project's two images, with docker, podman or buildah, and their bill of materials beside them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { NATS_VERSION, obtainNatsServer } from '../../launcher/nats-server.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(ROOT, 'out', 'images');

/** Target of the Dockerfile → name of the image. */
const IMAGES = { mesh: 'deepxray', 'model-server': 'deepxray-model-server' } as const;

const OBTAIN_WITHIN_MS = 300_000;

type Builder = { program: string; build: readonly string[] };

const BUILDERS: readonly (Builder & { asks: readonly string[] })[] = [
  // A client without its daemon is no builder: `info` fails then.
  { program: 'docker', asks: ['info'], build: ['build'] },
  { program: 'podman', asks: ['info'], build: ['build'] },
  { program: 'buildah', asks: ['info'], build: ['build', '--layers', '--format', 'docker'] },
];

const command = new Command('npm run image --')
  .description('builds the images deepxray and deepxray-model-server')
  .option('--builder <program>', 'docker, podman or buildah; the first of these that works if absent')
  .option('--base <image>', 'a Debian with Node 24 to take Node from', 'node:24.21.0-bookworm-slim')
  .option('--prefix <registry>', 'what stands before the names', 'localhost/')
  .option('--tag <tag>', 'what stands behind them', 'dev')
  .option('--nats', 'build nats, too, for nodes that cannot pull the official image')
  .argument('[arguments...]', "more arguments for the builder, after another '--'")
  .parse();
const options = command.opts<{ builder?: string; base: string; prefix: string; tag: string; nats?: true }>();

const builder = await findBuilder(options.builder);
for (const [target, name] of Object.entries(IMAGES)) {
  await build(`${name}:${options.tag}`, ['--target', target, '--build-arg', `BASE=${options.base}`, ROOT]);
}
if (options.nats) await buildNats();
console.log(`bill of materials: ${await writeBillOfMaterials()}`);

async function findBuilder(program: string | undefined): Promise<Builder> {
  for (const builder of BUILDERS) {
    if (program !== undefined && builder.program !== program) continue;
    const works = await run(builder.program, [...builder.asks]).then(
      () => true,
      () => false,
    );
    if (works) return builder;
  }
  console.error(
    `${program ?? 'none of docker, podman and buildah'} works here: install one, or start its daemon`,
  );
  process.exit(1);
}

async function build(name: string, settings: readonly string[]): Promise<void> {
  const image = `${options.prefix}${name}`;
  console.log(`building ${image} with ${builder.program}`);
  const args = [...builder.build, ...command.args, '--tag', image, ...settings];
  const [code] = await once(spawn(builder.program, args, { stdio: 'inherit' }), 'close');
  if (code === 0) return;
  console.error(`${builder.program} ended with ${code}`);
  process.exit(1);
}

async function buildNats(): Promise<void> {
  const program = await obtainNatsServer(console.log, AbortSignal.timeout(OBTAIN_WITHIN_MS));
  const context = await mkdtemp(join(tmpdir(), 'deepxray-nats-'));
  try {
    await copyFile(program, join(context, 'nats-server'));
    await build(`nats:${NATS_VERSION}`, ['--file', join(import.meta.dirname, 'nats.Dockerfile'), context]);
  } finally {
    await rm(context, { recursive: true });
  }
}

/** The npm packages of both images, in CycloneDX; Node and Debian's libraries are the base image's to list. */
async function writeBillOfMaterials(): Promise<string> {
  const list = ['sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'];
  const { stdout } = await run('npm', list, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  await mkdir(OUT, { recursive: true });
  const path = join(OUT, 'deepxray.cdx.json');
  await writeFile(path, stdout);
  return path;
}
