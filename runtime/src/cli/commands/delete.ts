import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../connection.js';

export function addDeleteCommand(root: Command): void {
  const command = root
    .command('delete')
    .description('delete every version of a secret')
    .argument('<credential>', 'name of the secret')
    .action(remove);
  addConnectionOptions(command);
}

async function remove(name: string, _flags: object, command: Command) {
  const versions = await (await connect(command)).delete(name);
  for (const version of versions) process.stdout.write(`Deleting ${name} -- version ${version}\n`);
  if (versions.length === 0) process.stderr.write(`${name} has no versions to delete\n`);
}
