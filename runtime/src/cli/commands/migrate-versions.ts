import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit } from '../output/exit.js';
import { withProgress } from '../output/progress.js';

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
  const versions = await withProgress('moving', (onProgress) =>
    credstash.migrateVersions({ dryRun: !apply, onProgress }),
  );
  for (const { name, from, to, outcome } of versions) {
    if (outcome !== 'taken') process.stdout.write(`${name}: ${from} -> ${to}\n`);
    else process.stderr.write(`${name}: ${from} was not moved: ${to} already exists\n`);
  }
  const count = versions.filter(({ outcome }) => outcome !== 'taken').length;
  const hint = apply || count === 0 ? '' : '; --apply moves them';
  process.stdout.write(`${count} unpadded versions ${apply ? 'moved' : 'to move'}${hint}\n`);
  if (apply && count < versions.length) throw new Exit(1);
}
