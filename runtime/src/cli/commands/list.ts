import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../connection.js';

export function addListCommand(root: Command): void {
  const command = root
    .command('list')
    .description('list every version of every secret, without the values')
    .action(list);
  addConnectionOptions(command);
}

async function list(_flags: object, command: Command) {
  const entries = await (await connect(command)).list();
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const { name, version, comment = '' } of entries) {
    process.stdout.write(`${name.padEnd(width)} -- version ${version} -- comment ${comment}\n`);
  }
}
