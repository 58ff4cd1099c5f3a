/**
 * Programs that others wrote and that tests need: taken from the PATH or fetched once into `.cache/`
 * from their own registry. Where that cannot be, a test skips, saying what is missing.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, '../../.cache');
const FETCH_WITHIN_MS = 400_000;

/** Where a tool is, or why there is none. */
export type Tool = { path: string } | { missing: string };

/**
 * Built by `go install module@version` unless it is on the PATH or in the cache already. `as`: what to call it, where
 * its own name is nobody's.
 */
export async function getGoTool(
  module: string,
  version = 'latest',
  { as, flags = [], withinMs = FETCH_WITHIN_MS }: { as?: string; flags?: string[]; withinMs?: number } = {},
): Promise<Tool> {
  const own = module.split('/').at(-1)!;
  const name = as ?? own;
  const folder = as === undefined ? join(CACHE, 'bin') : join(CACHE, 'go', as);
  const path = join(folder, own);
  if (existsSync(path)) return { path };
  if (await works(name, ['--version'])) return { path: name };
  if (!(await works('go', ['version']))) return { missing: `${name} is not here, nor Go to build it` };
  await mkdir(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder };
  return fetched(path, name, () =>
    run('go', ['install', ...flags, `${module}@${version}`], { env, timeout: withinMs }),
  );
}

/** The Python of a virtual environment of its own with `packages` in it. */
export async function getPython(name: string, packages: readonly string[]): Promise<Tool> {
  const folder = join(CACHE, 'python', name);
  const path = join(folder, 'bin', 'python');
  if (existsSync(path)) return { path };
  if (!(await works('python3', ['-c', 'import venv, ensurepip']))) {
    return { missing: 'there is no python3 with venv and pip' };
  }
  // Under another name until it is whole, so that a fetch that broke off is not taken for a tool.
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  return fetched(path, packages.join(' '), async () => {
    await run('python3', ['-m', 'venv', unfinished], { timeout: FETCH_WITHIN_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
    await run(join(unfinished, 'bin', 'python'), pip, { timeout: FETCH_WITHIN_MS });
    await rename(unfinished, folder);
  });
}

/** `program` of a Debian package, unpacked and not installed, unless it is on the PATH or in the cache already. */
export async function getDebianTool(name: string, program: string): Promise<Tool> {
  if (await works(program, ['--version'])) return { path: program };
  const folder = join(CACHE, 'debian', name);
  const path = join(folder, 'usr', 'bin', program);
  if (existsSync(path)) return { path };
  if (!(await works('dpkg-deb', ['--version'])))
    return { missing: `${program} is not here, nor Debian's packages` };
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  return fetched(path, name, async () => {
    const limits = { cwd: unfinished, timeout: FETCH_WITHIN_MS };
    // A fresh machine has no list of packages yet.
    await run('apt-get', ['download', '-qq', name], limits).catch(async () => {
      await run('apt-get', ['update', '-qq'], limits);
      await run('apt-get', ['download', '-qq', name], limits);
    });
    const [file] = await readdir(unfinished);
    await run('dpkg-deb', ['-x', file!, unfinished], limits);
    await rename(unfinished, folder);
  });
}

/** A browser, which has too many libraries to be unpacked: from the PATH, else installed where that is allowed. */
export async function getChromium(): Promise<Tool> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    if (await works(name, ['--version'])) return { path: name };
  }
  if (process.getuid?.() !== 0 || !(await works('apt-get', ['--version']))) {
    return { missing: 'chromium is not here, and only root on Debian can install it' };
  }
  return fetched('chromium', 'chromium', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const limits = { env, timeout: FETCH_WITHIN_MS, maxBuffer: 16 * 1024 * 1024 };
    await run('apt-get', ['update', '-qq'], limits);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], limits);
  });
}

async function fetched(path: string, what: string, fetch: () => Promise<unknown>): Promise<Tool> {
  try {
    await fetch();
    return { path };
  } catch (error) {
    const lastLine = (error as Error).message.trim().split('\n').at(-1);
    return { missing: `${what} cannot be fetched: ${lastLine}` };
  }
}

const works = (program: string, args: string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );
