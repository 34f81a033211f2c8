import { once } from 'node:events';

import { Option, type Command } from 'commander';

import type { Credstash } from '../../credstash.js';
import { BulkWriteError, type CredstashError } from '../../errors.js';
import type { PutAllOptions } from '../../operations/put-all.js';
import type { PutResult } from '../../operations/put.js';
import { parseContext } from '../input/arguments.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit, Interruption } from '../output/exit.js';
import { addPutOptions, putOptions, warnOfPut, type PutFlags } from '../input/options.js';
import { withProgress } from '../output/progress.js';
import { printError, printLine } from '../output/terminal.js';
import { reportFailures } from '../output/words.js';
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
  const credstash = await connect(command, flags.key);
  const bytes = await readValue(command, argument);
  const secrets = await parseSecrets(bytes, flags.format ?? inputFormatOf(argument));
  warnOfPut(secrets.keys(), flags);
  const { done, failures } = await write(credstash, secrets, { ...putOptions(flags), context });
  for (const [name, { isUnchanged }] of done) {
    printLine(`${name} ${isUnchanged ? 'is unchanged' : 'has been stored'}`);
  }
  reportFailures(failures);
  if (failures.size > 0) throw new Exit(1);
}

/**
 * Put all secrets.
 *
 * @throws Interruption after Ctrl-C, once it has printed what was stored
 */
async function write(
  credstash: Credstash,
  secrets: ReadonlyMap<string, string>,
  options: PutAllOptions,
): Promise<{
  done: BulkWriteError['stored'];
  failures: ReadonlyMap<string, CredstashError>;
}> {
  const stored = new Set<string>();
  const finished = new AbortController();
  const interruption = once(process, 'SIGINT', { signal: finished.signal }).then(() => {
    const rest = [...secrets.keys()].filter((name) => !stored.has(name));
    const list = (names: string[]) => names.join(', ') || 'none';
    process.stderr.write('\n');
    printError(`Interrupted. Stored: ${list([...stored])}. Not stored, or unknown: ${list(rest)}.`);
    throw new Interruption();
  });
  const work = withProgress('storing', (onProgress) => {
    let settled = 0;
    const onSettled = (name: string, outcome: PutResult | CredstashError) => {
      if (!(outcome instanceof Error)) stored.add(name);
      onProgress?.(++settled, secrets.size);
    };
    return credstash.putAll(secrets, { ...options, onSettled });
  });
  try {
    return { done: await Promise.race([work, interruption]), failures: new Map() };
  } catch (error) {
    if (error instanceof BulkWriteError) return { done: error.stored, failures: error.failures };
    throw error;
  } finally {
    finished.abort();
  }
}
