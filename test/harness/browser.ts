/** A real Chromium, headless, where one is installed: Debian's package is enough. */
import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

const path = [process.env.DEEPXRAY_CHROMIUM, ...NAMES].find((name) => {
  if (!name) return false;
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

export const hasBrowser = path !== undefined;

/** For the title of what is skipped. */
export const browserNote = hasBrowser
  ? ''
  : ' (skipped: no chromium here; apt-get install chromium, or set DEEPXRAY_CHROMIUM)';

/** Close it when done. */
export const startBrowser = (): Promise<Browser> =>
  // As root, as in a container, Chromium has no sandbox; it sees nothing but the project's own pages.
  chromium.launch({ executablePath: which(path!), args: ['--no-sandbox', '--disable-gpu'] });

const which = (name: string): string =>
  name.includes('/') ? name : execFileSync('which', [name], { encoding: 'utf8' }).trim();
