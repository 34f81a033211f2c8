import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import { accountFor, interrupted } from '../output/interruption.js';
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
  const credstash = await connect(command);
  let count = 0;
  const onDeleted = (each: string) => {
    count++;
    printLine(`Deleting ${name} -- version ${each}`);
  };
  accountFor(() =>
    count > 0 || interrupted.aborted
      ? `Deleted versions of ${name}: ${count}, and perhaps more. Run this again to delete the rest.`
      : '',
  );
  const versions = await credstash.delete(name, { version, onDeleted, signal: interrupted });
  if (versions.length === 0) {
    const what = version === undefined ? 'no versions' : `no version ${version}`;
    printError(`${name} has ${what} to delete`);
  }
}
