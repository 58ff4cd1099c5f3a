/** The API keys that hold now: a key that is taken out of the file is refused within a second or two. */
import { readFileSync } from 'node:fs';
import { watchFiles } from '../process/watch-files.ts';
import { callerOfKey, parseApiKeys } from './api-key-file.ts';
import type { Caller } from './scopes.ts';

export type ApiKeys = { find(credential: string): Caller | undefined; close(): void };

/** Throws an Error that says what is wrong with the file. */
export function openApiKeys(
  path: string,
  { onReload }: { onReload(error: Error | undefined): void },
): ApiKeys {
  const read = () => {
    try {
      return parseApiKeys(readFileSync(path, 'utf8'));
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException;
      throw new Error(`the file of API keys cannot be read: ${code ?? message}`);
    }
  };
  let records = read();
  const close = watchFiles([path], () => {
    try {
      records = read();
      onReload(undefined);
    } catch (thrown) {
      onReload(thrown as Error);
    }
  });
  return { find: (credential) => callerOfKey(credential, records), close };
}
