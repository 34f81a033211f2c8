import type { Command } from 'commander';

import { parseContext } from '../arguments.js';
import { addConnectionOptions, connect } from '../connection.js';

interface GetFlags {
  readonly noline?: boolean;
  readonly version?: string;
}

export function addGetCommand(root: Command): void {
  const command = root
    .command('get')
    .description("write a secret's value to standard output")
    .argument('<credential>', 'name of the secret')
    .argument('[context...]', 'key=value words that it was put with')
    .option('-n, --noline', 'write no newline after the value')
    .option('-v, --version <version>', 'version to get (default: the latest)')
    .action(get);
  addConnectionOptions(command);
}

async function get(name: string, words: string[], flags: GetFlags, command: Command) {
  const context = parseContext(command, words);
  const credstash = await connect(command);
  const value = await credstash.getBytes(name, { version: flags.version, context });
  process.stdout.write(value);
  if (!flags.noline) process.stdout.write('\n');
}
