import type { Command } from 'commander';

import { connect } from '../input/connection.js';
import { printLine } from '../output/terminal.js';

/** Nobody waits longer after a Tab. */
const DEADLINE_MS = 2000;

/** The arguments that are names of secrets: `words` are those of `exec`. */
const NAMES: ReadonlySet<string> = new Set(['credential', 'patterns', 'words']);

/** Names that need no quotes. Of others, a shell could run a part. */
const PLAIN = /^[\p{L}\p{N}_./][\p{L}\p{N}_./:@+,=-]*$/u;

/** Add what the scripts of `completion --names` run. */
export function addCompleteNamesCommand(root: Command): void {
  root
    .command('complete-names', { hidden: true })
    .argument('<word>', 'the word to complete')
    .argument('[before...]', 'the words before it, without the program')
    .action((word: string, before: string[]) => completeNames(root, word, before));
}

async function completeNames(root: Command, word: string, before: string[]) {
  const {
    operands: [name],
    unknown: rest,
  } = root.parseOptions(before);
  const command = root.commands.find((each) => each.name() === name);
  if (!command || before.includes('--')) return;
  const { operands } = command.parseOptions(rest);
  const { registeredArguments } = command;
  const argument =
    registeredArguments[operands.length] ?? registeredArguments.find(({ variadic }) => variadic);
  if (!NAMES.has(argument?.name() ?? '')) return;
  // Whatever it waits for, such as credentials.
  setTimeout(() => process.exit(1), DEADLINE_MS).unref();
  const entries = await (await connect(command)).list({ names: [`${word}*`] });
  const names = new Set(entries.map((entry) => entry.name));
  for (const each of names) if (PLAIN.test(each)) printLine(each);
}
