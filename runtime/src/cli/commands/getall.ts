import type { Command } from 'commander';

import { parseContext } from '../input/arguments.js';
import { readSecrets, writeSecrets } from '../output/bulk.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import type { Format } from '../output/formats.js';
import { formatOption, givenVersion } from '../input/options.js';

interface GetAllFlags {
  readonly format: Format;
  readonly output?: string;
  readonly strict?: boolean;
  readonly version?: string;
}

export function addGetAllCommand(root: Command): void {
  const command = root
    .command('getall')
    .description('print all secrets')
    .argument('[context...]', 'encryption context that they were put with, as key=value')
    .option(
      '-v, --version <version>',
      'get this version of each secret that has it (default: the latest)',
    )
    .addOption(formatOption())
    .option('-o, --output <file>', 'write to a file that only its owner can read')
    .option('--strict', 'print nothing if any read fails')
    .addHelpText('after', '\nExample:\n  $ credstash getall -f dotenv -o .env env=prod')
    .action(getAll);
  addConnectionOptions(command);
}

async function getAll(words: string[], flags: GetAllFlags, command: Command) {
  const { format, output, strict } = flags;
  const version = givenVersion(flags);
  const context = parseContext(command, words);
  const read = await readSecrets(await connect(command), { version, context });
  await writeSecrets(read, { format, strict, output, end: '\n' });
}
