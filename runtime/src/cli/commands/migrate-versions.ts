import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import type { MigratedVersion } from '../../operations/migrate-versions.js';
import { Exit } from '../output/exit.js';
import { accountFor, interrupted } from '../output/interruption.js';
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
  let count = 0;
  const onSettled = ({ name, from, to, outcome }: MigratedVersion) => {
    if (outcome === 'taken') printError(`${name}: ${from} was not moved: ${to} already exists`);
    else {
      count++;
      printLine(`${name}: ${from} -> ${to}`);
    }
  };
  accountFor(() =>
    apply && (count > 0 || interrupted.aborted)
      ? `Moved versions: ${count}. Run this again to move the rest.`
      : '',
  );
  const options = { dryRun: !apply, onSettled, signal: interrupted };
  const versions = await credstash.migrateVersions(options);
  const hint = apply || count === 0 ? '' : '; --apply moves them';
  printLine(`${count} unpadded versions ${apply ? 'moved' : 'to move'}${hint}`);
  if (apply && count < versions.length) throw new Exit(1);
}
