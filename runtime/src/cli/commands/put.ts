import type { Command } from 'commander';

import { unpadVersion } from '../../format/version.js';
import { LIMITS } from '../../stores/dynamodb.js';
import { parseContext } from '../input/arguments.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { addPutOptions, putOptions, warn, warnOfPut, type PutFlags } from '../input/options.js';
import { promptValue } from '../input/prompt.js';
import { readValue } from '../input/value.js';
import { accountFor, interrupted } from '../output/interruption.js';
import { printError, printLine } from '../output/terminal.js';

export function addPutCommand(root: Command): void {
  const command = root
    .command('put')
    .description('store a new version of a secret')
    .argument('<credential>', 'name of the secret')
    .argument('[value]', 'a string, @file, or - for standard input; without it, prompt')
    .argument('[context...]', 'encryption context, as key=value; get needs the same')
    .option('-P, --prompt', 'prompt for the value, without echo')
    .addHelpText(
      'after',
      `
Examples:
  $ credstash put app/db.password -P env=prod
  $ credstash put app/tls.key @key.pem -a -c www.example.com
  $ pwgen 32 1 | tr -d '\\n' | credstash put app/token - -a`,
    )
    .configureOutput({ outputError: (text, write) => write(withoutValue(text)) })
    .action(put);
  addConnectionOptions(addPutOptions(command));
}

async function put(
  name: string,
  value: string | undefined,
  words: string[],
  flags: PutFlags & { readonly prompt?: boolean },
  command: Command,
) {
  const { key, prompt = false } = flags;
  const context = parseContext(command, prompt && value !== undefined ? [value, ...words] : words);
  const options = putOptions(flags);
  accountFor(() => (interrupted.aborted ? 'Nothing was stored.' : ''));
  const credstash = await connect(command, key);
  warnOfPut([name], flags);
  const bytes = await (prompt || (value === undefined && process.stdin.isTTY)
    ? promptValue(name)
    : readValue(command, value ?? '', LIMITS.itemBytes));
  if (!prompt && value === undefined && bytes.length === 0) warn(`${name} gets an empty value`);
  const { isUnchanged, version } = await credstash.put(name, bytes, {
    ...options,
    context,
    signal: interrupted,
  });
  printLine(`${name} ${isUnchanged ? 'is unchanged' : 'has been stored'}`);
  // Standard output is for what Python writes.
  if (options.autoVersion && !isUnchanged) {
    printError(`${name} has version ${unpadVersion(version)}`);
  }
}

/** Commander takes a value that starts with `-` for an option. Explain, without printing the value. */
function withoutValue(text: string): string {
  return text.replace(
    /unknown option '[^]*/,
    'unknown option. Put a name or value that starts with - after --\n',
  );
}
