import { stat } from 'node:fs/promises';

import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { parseContext } from '../input/arguments.js';
import { readFile, readInput } from '../input/bytes.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { warn } from '../input/options.js';
import { fillTemplate, parseTemplate } from '../input/template.js';
import { readReferences } from '../output/bulk.js';
import { Exit } from '../output/exit.js';
import { shownLines } from '../output/terminal.js';
import { reportFailures } from '../output/words.js';
import { writeOutput } from '../output/write.js';

/** What a template, and what is made of it, may have: both are held in memory. */
const MOST_BYTES = 16 * 1024 * 1024;

export function addTemplateCommand(root: Command): void {
  const command = root
    .command('template')
    .description('fill in a file that has references to secrets')
    .argument('<file>', 'the template, or - for standard input')
    .argument('[context...]', 'encryption context of all references, as key=value')
    .option('-o, --output <file>', 'write to a file that only its owner can read')
    .addHelpText(
      'after',
      `
{{ credstash:NAME }} stands for the value of a secret, {{ credstash:NAME?version=3 }} for that of a
version. Its encryption context is that of the arguments, or its own:
{{ credstash:NAME?context.env=prod }}. Characters other than letters, digits and /:@-._~!$&'()*+,;=
are percent-encoded.

A value is written as it is, without quotes or escapes, and nothing in it is filled in. All else is
copied, other {{ }} too. If a secret can't be read, nothing is written.

Example:
  $ credstash template app.conf.tpl -o app.conf env=prod`,
    )
    .action(template);
  addConnectionOptions(command);
}

async function template(
  file: string,
  words: string[],
  { output }: { readonly output?: string },
  command: Command,
) {
  const context = words.length > 0 ? parseContext(command, words) : undefined;
  if (output !== undefined && (await isSameFile(file, output))) {
    command.error(`error: the output would replace the template ${file}`);
  }
  const reading =
    file === '-' ? readInput(command, MOST_BYTES) : readFile(command, file, MOST_BYTES);
  const bytes = await reading;
  if (bytes === undefined) throw tooLarge('The template has');
  const parsed = parseTemplate(file, bytes);
  if (parsed.references.size === 0) warn(`${file} has no {{ credstash:NAME }}`);
  for (const where of parsed.copied) {
    warn(`${where}: the {{ }} is copied: a placeholder is {{ credstash:NAME }}, on one line`);
  }
  const references = Object.fromEntries(parsed.references);
  const { secrets, failures } = await readReferences(await connect(command), references, {
    context,
  });
  reportFailures(failures);
  if (failures.size > 0) throw new Exit(1);
  const filled = fillTemplate(parsed, secrets, MOST_BYTES);
  if (filled === undefined) throw tooLarge('The filled-in template would have');
  const isShown = output === undefined && process.stdout.isTTY;
  await writeOutput(isShown ? shownLines(filled.toString()) : filled, output);
}

function tooLarge(what: string): CredstashError {
  return new CredstashError('ERR_INVALID_ARGUMENT', `${what} more than ${MOST_BYTES} bytes.`);
}

/** Whether two paths lead to one file, by a link or not. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
