import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import { printError, printLine } from '../output/terminal.js';

export function addDeleteCommand(root: Command): void {
  const command = root
    .command('delete')
    .description('delete all versions of a secret, or one')
    .argument('<credential>', 'name of the secret')
    .option('-v, --version <version>', 'version to delete (default: all)')
    .addHelpText('after', '\nExample:\n  $ credstash delete app/db.password -v 3')
    .action(remove);
  addConnectionOptions(command);
}

async function remove(name: string, { version }: { version?: string }, command: Command) {
  const versions = await (await connect(command)).delete(name, { version });
  for (const each of versions) printLine(`Deleting ${name} -- version ${each}`);
  if (versions.length === 0) {
    const what = version === undefined ? 'no versions' : `no version ${version}`;
    printError(`${name} has ${what} to delete`);
  }
}
