/** Where this machine keeps what was obtained or computed once, for every copy of the project. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'deepxray');
