import { Option, type Command } from 'commander';

import type { SecretEntry } from '../../stores/secret-store.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { printLine, shown, shownLines } from '../output/terminal.js';

/** An entry as it is shown. */
type Cells = Required<SecretEntry>;

interface ListFlags {
  readonly format: 'text' | 'table';
  readonly json?: boolean;
}

export function addListCommand(root: Command): void {
  const command = root
    .command('list')
    .description('list all versions of all secrets, without their values')
    .addOption(
      new Option('-f, --format <format>', 'format').choices(['text', 'table']).default('text'),
    )
    .option('--json', 'print a JSON array of objects with name, version and, if set, comment')
    .addHelpText('after', "\nExample:\n  $ credstash list --json | jq -r '.[].name'")
    .action(list);
  addConnectionOptions(command);
}

export function addKeysCommand(root: Command): void {
  const command = root.command('keys').description('list the names of the secrets').action(keys);
  addConnectionOptions(command);
}

async function keys(_flags: object, command: Command) {
  const entries = await (await connect(command)).list();
  for (const name of new Set(entries.map(({ name }) => name))) printLine(name);
}

async function list({ format, json }: ListFlags, command: Command) {
  const entries = await (await connect(command)).list();
  if (json) process.stdout.write(`${shownLines(JSON.stringify(entries, undefined, 4))}\n`);
  else {
    const cells = entries.map(({ name, version, comment }) => ({
      name: shown(name),
      version: shown(version),
      comment: shown(comment ?? ''),
    }));
    process.stdout.write(await (format === 'table' ? asTable(cells) : asText(cells)));
  }
}

function asText(entries: readonly Cells[]): string {
  const width = entries.reduce((most, { name }) => Math.max(most, characters(name)), 0);
  const lines = entries.map(({ name, version, comment }) => {
    const padding = ' '.repeat(width - characters(name));
    return `${name}${padding} -- version ${version} -- comment ${comment}\n`;
  });
  return lines.join('');
}

/** Python counts code points. */
function characters(text: string): number {
  return Array.from(text).length;
}

async function asTable(entries: readonly Cells[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['name', 'version', 'comment'],
    style: { head: [], border: [] },
  });
  for (const { name, version, comment } of entries) {
    table.push([name, version.replace(/^0+(?=.)/, ''), comment]);
  }
  return `${table.toString()}\n`;
}
