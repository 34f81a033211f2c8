import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit } from '../output/exit.js';
import { printError, printLine } from '../output/terminal.js';

export function addMigrateVersionsCommand(root: Command): void {
  const command = root
    .command('migrate-versions')
    .description(
      'pad the versions that old clients stored unpadded (without --apply: only list them)',
    )
    .option('--apply', 'copy each version, read the copy back, then delete the original')
    .addHelpText('after', '\nExample:\n  $ credstash migrate-versions --apply')
    .action(migrate);
  addConnectionOptions(command);
}

async function migrate({ apply = false }: { apply?: boolean }, command: Command) {
  const credstash = await connect(command);
  const versions = await credstash.migrateVersions({ dryRun: !apply });
  for (const { name, from, to, outcome } of versions) {
    if (outcome !== 'taken') printLine(`${name}: ${from} -> ${to}`);
    else printError(`${name}: ${from} was not moved: ${to} already exists`);
  }
  const count = versions.filter(({ outcome }) => outcome !== 'taken').length;
  const hint = apply || count === 0 ? '' : '; --apply moves them';
  printLine(`${count} unpadded versions ${apply ? 'moved' : 'to move'}${hint}`);
  if (apply && count < versions.length) throw new Exit(1);
}
