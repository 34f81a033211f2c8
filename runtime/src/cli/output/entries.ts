import { unpadVersion } from '../../format/version.js';
import type { SecretEntry } from '../../stores/secret-store.js';
import { shown, shownLines } from './terminal.js';

/** An entry as it is shown. */
type Cells = Required<SecretEntry>;

export interface EntriesFlags {
  readonly format: 'text' | 'table';
  readonly json?: boolean;
}

export async function printEntries(
  entries: readonly SecretEntry[],
  { format, json }: EntriesFlags,
): Promise<void> {
  if (json) printJson(entries);
  else {
    const cells = entries.map(({ name, version, comment }) => ({
      name: shown(name),
      version: shown(version),
      comment: shown(comment ?? ''),
    }));
    process.stdout.write(await (format === 'table' ? asTable(cells) : asText(cells)));
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${shownLines(JSON.stringify(value, undefined, 4))}\n`);
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
  const { formatTable } = await import('./table.js');
  const rows = entries.map(({ name, version, comment }) => [name, unpadVersion(version), comment]);
  return formatTable(['name', 'version', 'comment'], rows, process.stdout.columns || undefined);
}
