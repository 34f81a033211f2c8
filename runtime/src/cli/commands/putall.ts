import { Option, type Command } from 'commander';

import type { Credstash } from '../../credstash.js';
import { BulkWriteError, CredstashError } from '../../errors.js';
import type { PutAllOptions } from '../../operations/put-all.js';
import type { PutResult } from '../../operations/put.js';
import { parseContext } from '../input/arguments.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit } from '../output/exit.js';
import { accountFor, interrupted } from '../output/interruption.js';
import { addPutOptions, putOptions, warnOfPut, type PutFlags } from '../input/options.js';
import { printLine } from '../output/terminal.js';
import { reportFailure } from '../output/words.js';
import {
  INPUT_FORMATS,
  inputFormatOf,
  parseSecrets,
  type InputFormat,
} from '../input/secrets-file.js';
import { readValue } from '../input/value.js';

export function addPutAllCommand(root: Command): void {
  const command = root
    .command('putall')
    .description('store many secrets')
    .argument(
      '<credentials>',
      'an object of names and values: a string, @file, or - for standard input',
    )
    .argument('[context...]', 'encryption context, as key=value; get needs the same')
    .addOption(
      new Option(
        '-f, --format <format>',
        "format (default: by the file's extension, or json)",
      ).choices(INPUT_FORMATS),
    )
    .addHelpText('after', '\nExample:\n  $ credstash putall @secrets.yaml --if-changed env=prod')
    .action(putAll);
  addConnectionOptions(addPutOptions(command));
}

async function putAll(
  argument: string,
  words: string[],
  flags: PutFlags & { readonly format?: InputFormat },
  command: Command,
) {
  const context = parseContext(command, words);
  accountFor(() => (interrupted.aborted ? 'Nothing was stored.' : ''));
  const credstash = await connect(command, flags.key);
  const bytes = await readValue(command, argument);
  const secrets = await parseSecrets(bytes, flags.format ?? inputFormatOf(argument));
  warnOfPut(secrets.keys(), flags);
  const options = { ...putOptions(flags), context, signal: interrupted };
  await write(credstash, secrets, options);
}

/** Put all secrets, and tell of each as it is done. */
async function write(
  credstash: Credstash,
  secrets: ReadonlyMap<string, string>,
  options: PutAllOptions,
): Promise<void> {
  const rest = new Set(secrets.keys());
  const onSettled = (name: string, outcome: PutResult | CredstashError) => {
    if (outcome instanceof CredstashError) {
      // Those that were not begun are told together, at the end.
      if (outcome.code === 'ERR_ABORTED') return;
      reportFailure(name, outcome);
    } else printLine(`${name} ${outcome.isUnchanged ? 'is unchanged' : 'has been stored'}`);
    rest.delete(name);
  };
  accountFor(() =>
    interrupted.aborted && rest.size > 0 ? `Not stored: ${[...rest].join(', ')}.` : '',
  );
  try {
    await credstash.putAll(secrets, { ...options, onSettled });
  } catch (error) {
    if (error instanceof BulkWriteError && !interrupted.aborted) throw new Exit(1);
    throw error;
  }
}
