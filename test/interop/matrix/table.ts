import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A table of docs/compatibility.md. */
export interface Table {
  /** The clients. */
  readonly columns: readonly string[];
  /** By case, what is said of each client. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

const TEXT = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8');

/** The table under a heading. */
export function readTable(heading: string): Table {
  const [header = [], , ...rows] = section(heading)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [, ...columns] = header;
  return { columns, rows: new Map(rows.map(([what = '', ...cells]) => [what, cells])) };
}

/** How many numbered notes there are under a heading. */
export const countNotes = (heading: string): number =>
  section(heading).match(/^\d+\. /gm)?.length ?? 0;

function section(heading: string): string {
  const [, text] = new RegExp(`^### ${heading}\n([^]*?)^##`, 'm').exec(TEXT) ?? [];
  if (text === undefined) throw new Error(`docs/compatibility.md has no section "${heading}"`);
  return text;
}
