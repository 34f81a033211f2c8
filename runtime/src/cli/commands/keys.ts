import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';

export function addKeysCommand(root: Command): void {
  const command = root.command('keys').description('list the names of the secrets').action(keys);
  addConnectionOptions(command);
}

async function keys(_flags: object, command: Command) {
  const entries = await (await connect(command)).list();
  for (const name of new Set(entries.map(({ name }) => name))) process.stdout.write(`${name}\n`);
}
