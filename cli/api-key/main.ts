/** `npm run api-key`: makes, lists and takes back the keys of machines that cannot get a token. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ApiKeyRecord, formatApiKeys, makeApiKey, parseApiKeys } from '#platform/access/api-key-file.ts';
import { SCOPES, type Scope } from '#platform/access/scopes.ts';

const DAY_MS = 24 * 60 * 60_000;

const program = new Command('npm run --silent api-key --').description(
  'Keys for machines that cannot get a token from an OpenID provider. Only their salted hashes are kept.',
);
const file = () => new Option('--file <file>', 'what DEEPXRAY_API_KEYS names').makeOptionMandatory();

program
  .command('create <name>')
  .description('makes a key and prints it, this once')
  .addOption(file())
  .addOption(new Option('--scope <scopes...>', 'what it is good for').choices([...SCOPES]).default(['score']))
  .option('--days <days>', 'how long it holds; for ever if absent', parseDays)
  .action(async (name: string, options: { file: string; scope: Scope[]; days?: number }) => {
    const expires =
      options.days === undefined ? undefined : new Date(Date.now() + options.days * DAY_MS).toISOString();
    const { key, record } = makeApiKey({ name, scopes: options.scope, expires });
    const records = await read(options.file);
    records.set(record.id, record);
    await write(options.file, records);
    process.stderr.write(`key ${record.id} of ${name}; it is kept nowhere, so keep it now:\n`);
    process.stdout.write(`${key}\n`);
  });

program
  .command('list')
  .description('says which keys there are')
  .addOption(file())
  .action(async (options: { file: string }) => {
    for (const { id, name, scopes, created, expires } of (await read(options.file)).values()) {
      process.stdout.write(
        [id, name, scopes.join(','), created, expires ?? 'no end'].join('\t').concat('\n'),
      );
    }
  });

program
  .command('revoke <id>')
  .description('takes a key back: processes that run refuse it within two seconds')
  .addOption(file())
  .action(async (id: string, options: { file: string }) => {
    const records = await read(options.file);
    if (!records.delete(id)) program.error(`there is no key ${id} in ${options.file}`);
    await write(options.file, records);
  });

await program.parseAsync();

async function read(path: string): Promise<Map<string, ApiKeyRecord>> {
  try {
    return parseApiKeys(await readFile(path, 'utf8'));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    return program.error(`${path} is no file of API keys: ${(thrown as Error).message}`);
  }
}

/** Whole or not at all: a process may look at any moment. */
async function write(path: string, records: Map<string, ApiKeyRecord>): Promise<void> {
  await writeFile(`${path}.new`, formatApiKeys(records.values()), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!(days > 0)) throw new InvalidArgumentError('a number of days above 0');
  return days;
}
