import type { Command } from 'commander';

import { isPattern } from '../../operations/pattern.js';
import { parseContext } from '../input/arguments.js';
import { readSecrets, writeSecrets } from '../output/bulk.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { CredstashError } from '../../errors.js';
import { formatOption, givenVersion } from '../input/options.js';
import type { Format } from '../output/formats.js';
import { interrupted } from '../output/interruption.js';
import { writeOutput } from '../output/write.js';

interface GetFlags {
  readonly format: Format;
  readonly noline?: boolean;
  readonly output?: string;
  readonly strict?: boolean;
  readonly version?: string;
}

export function addGetCommand(root: Command): void {
  const command = root
    .command('get')
    .description('print the value of a secret')
    .argument('<credential>', 'name of the secret, or a pattern: * matches any string')
    .argument('[context...]', 'encryption context that it was put with, as key=value')
    .option('-n, --noline', 'print no newline after the value')
    .option('-v, --version <version>', 'version to get (default: the latest)')
    .addOption(formatOption())
    .option('-o, --output <file>', 'write to a file that only its owner can read')
    .option(
      '--strict',
      'with a pattern: fail if it matches nothing, and print nothing if any read fails',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ credstash get app/db.password env=prod
  $ eval "$(credstash get 'app/*' -f shell --strict)"`,
    )
    .action(get);
  addConnectionOptions(command);
}

async function get(name: string, words: string[], flags: GetFlags, command: Command) {
  const { format, noline, output, strict } = flags;
  const version = givenVersion(flags);
  const context = parseContext(command, words);
  const credstash = await connect(command);
  if (!isPattern(name)) {
    const value = await credstash.getBytes(name, { version, context, signal: interrupted });
    await writeOutput(noline ? value : Buffer.concat([value, Buffer.from('\n')]), output);
    return;
  }
  const read = await readSecrets(credstash, { names: [name], version, context });
  if (strict && read.secrets.size + read.failures.size === 0) {
    throw new CredstashError('ERR_SECRET_NOT_FOUND', `No secret's name matches ${name}.`);
  }
  await writeSecrets(read, { format, strict, output, end: '' });
}
