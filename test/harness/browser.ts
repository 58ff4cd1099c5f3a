/** A real Chromium, headless: from the PATH, else installed where that is allowed; where it cannot be had, tests skip. */
import { type Browser, chromium } from 'playwright-core';
import { getChromium } from './tools.ts';

const tool = await getChromium();

export const hasBrowser = 'path' in tool;

/** For the title of what is skipped. */
export const browserNote = 'path' in tool ? '' : ` (skipped: ${tool.missing})`;

/** Close it when done. */
export async function startBrowser(): Promise<Browser> {
  if (!('path' in tool)) throw new Error(tool.missing);
  const executablePath = tool.path.startsWith('/') ? tool.path : `/usr/bin/${tool.path}`;
  // As root, as in a container, Chromium has no sandbox; it sees nothing but the project's own pages.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}
