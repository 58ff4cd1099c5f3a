/** `npm run supply-chain`: licences of what is shipped, by the lock file; known vulnerabilities, where the registry tells them. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lock, refusedLicences } from './licences.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** A registry that is slow or away holds nobody up. */
const AUDIT_WITHIN_MS = 15_000;

const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
const refused = refusedLicences(lock);
for (const line of refused) console.error(`licence: ${line}`);
if (refused.length > 0) process.exitCode = 1;

const { vulnerable, skipped } = await audit();
if (skipped) console.log(`audit: skipped: ${skipped}`);
for (const line of vulnerable) console.error(`audit: ${line}`);
if (vulnerable.length > 0) process.exitCode = 1;

type Report = {
  vulnerabilities?: Record<string, { severity: string; range: string }>;
  message?: string;
};

/** High or critical, in what is shipped. */
function audit(): Promise<{ vulnerable: string[]; skipped?: string }> {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: ROOT, timeout: AUDIT_WITHIN_MS }, (_error, stdout) => {
      const report = read(stdout);
      if (!report?.vulnerabilities) {
        return resolve({
          vulnerable: [],
          skipped: report?.message?.split(' - ')[0] ?? 'the registry does not answer',
        });
      }
      const grave = Object.entries(report.vulnerabilities).filter(([, { severity }]) =>
        ['high', 'critical'].includes(severity),
      );
      resolve({ vulnerable: grave.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`) });
    });
  });
}

function read(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}
