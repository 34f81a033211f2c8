import type { Command } from 'commander';

import { BulkWriteError, CredstashError } from '../../errors.js';
import { unpadVersion } from '../../format/version.js';
import type { PutResult } from '../../operations/put.js';
import { parseContext } from '../input/arguments.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit } from '../output/exit.js';
import { accountFor, interrupted } from '../output/interruption.js';
import { printLine } from '../output/terminal.js';
import { reportFailure } from '../output/words.js';

export function addRebindCommand(root: Command): void {
  const command = root
    .command('rebind')
    .description(
      'bind secrets to their names and versions, where the compartment requires it (without --apply: only list them)',
    )
    .argument('[credential]', 'name, or a pattern with *; quote it', '*')
    .argument('[context...]', 'encryption context that they were put with, as key=value')
    .option('--apply', 'store the latest version of each again, bound, and read it back')
    .addHelpText('after', "\nExample:\n  $ credstash rebind 'app/*' env=prod --apply")
    .action(rebind);
  addConnectionOptions(command);
}

async function rebind(
  credential: string,
  words: string[],
  { apply = false }: { apply?: boolean },
  command: Command,
) {
  const context = parseContext(command, words);
  const credstash = await connect(command);
  let count = 0;
  const onSettled = (name: string, outcome: PutResult | CredstashError) => {
    if (outcome instanceof CredstashError) {
      if (outcome.code !== 'ERR_ABORTED') reportFailure(name, outcome);
    } else if (!outcome.isUnchanged) {
      count++;
      const version = unpadVersion(outcome.version);
      printLine(`${name}: version ${version} ${apply ? 'is' : 'would be'} bound`);
    }
  };
  const summary = () => `${count} secrets ${apply ? 'bound' : 'to bind'}`;
  accountFor(() => (interrupted.aborted ? `${summary()}. Run this again for the rest.` : ''));
  const options = { names: [credential], context, dryRun: !apply, onSettled, signal: interrupted };
  try {
    await credstash.rebind(options);
  } catch (error) {
    if (!(error instanceof BulkWriteError) || interrupted.aborted) throw error;
    printLine(summary());
    throw new Exit(1);
  }
  const note = apply ? '; their older versions are not' : '; --apply binds them';
  printLine(`${summary()}${count === 0 ? '' : note}`);
}
