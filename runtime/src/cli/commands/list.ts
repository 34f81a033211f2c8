import type { Command } from 'commander';

import { addConnectionOptions, connect } from '../input/connection.js';
import { addEntriesOptions } from '../input/options.js';
import { printEntries, printJson, type EntriesFlags } from '../output/entries.js';
import { interrupted } from '../output/interruption.js';
import { printLine } from '../output/terminal.js';

const PATTERNS = ['[patterns...]', 'names, or patterns: * matches any string'] as const;

export function addListCommand(root: Command): void {
  const command = root
    .command('list')
    .description('list all versions of the secrets, without their values')
    .argument(...PATTERNS)
    .addHelpText(
      'after',
      `
Examples:
  $ credstash list 'app/*' -f table
  $ credstash list --json | jq -r '.[].name'`,
    )
    .action(list);
  addConnectionOptions(addEntriesOptions(command));
}

export function addKeysCommand(root: Command): void {
  const command = root
    .command('keys')
    .description('list the names of the secrets')
    .argument(...PATTERNS)
    .option('--json', 'print a JSON array of strings')
    .addHelpText('after', "\nExample:\n  $ credstash keys 'app/*'")
    .action(keys);
  addConnectionOptions(command);
}

async function keys(patterns: string[], { json }: { json?: boolean }, command: Command) {
  const names = [...new Set((await find(patterns, command)).map(({ name }) => name))];
  if (json) printJson(names);
  else for (const name of names) printLine(name);
}

async function list(patterns: string[], flags: EntriesFlags, command: Command) {
  await printEntries(await find(patterns, command), flags);
}

async function find(patterns: string[], command: Command) {
  const credstash = await connect(command);
  const names = patterns.length > 0 ? patterns : undefined;
  return credstash.list({ names, signal: interrupted });
}
