import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { addEntriesOptions } from '../input/options.js';
import { printEntries, type EntriesFlags } from '../output/entries.js';
import { interrupted } from '../output/interruption.js';

export function addHistoryCommand(root: Command): void {
  const command = root
    .command('history')
    .description('list the versions of a secret, the latest first, without their values')
    .argument('<credential>', 'name of the secret')
    .addHelpText('after', '\nExample:\n  $ credstash history app/db.password')
    .action(history);
  addConnectionOptions(addEntriesOptions(command));
}

async function history(name: string, flags: EntriesFlags, command: Command) {
  const entries = await (await connect(command)).history(name, { signal: interrupted });
  if (entries.length === 0) {
    throw new CredstashError('ERR_SECRET_NOT_FOUND', `There is no secret ${name}.`, {
      secret: { name },
    });
  }
  await printEntries(entries, flags);
}
