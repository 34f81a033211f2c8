import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

type Row = readonly string[];

/** What the frame takes beside the cells: ` │ ` for each, and one more border. */
const FRAME = 3;

/** No column is narrower, if it needs the room. */
const MIN_WIDTH = 8;

/**
 * A table with a frame, for people.
 *
 * @param columns How wide it may be. Cells are wrapped to fit.
 */
export function formatTable(head: Row, rows: readonly Row[], columns = Infinity): string {
  const needed = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? '')), stringWidth(title)),
  );
  const widths = fit(needed, columns - FRAME * head.length - 1);
  const rule = ([left, middle, right]: Row) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  return [
    rule(['┌', '┬', '┐']),
    formatRow(head, widths),
    rule(['├', '┼', '┤']),
    ...rows.map((row) => formatRow(row, widths)),
    rule(['└', '┴', '┘']),
  ].join('');
}

/** Widths of which the widest are made narrower until all fit. */
function fit(needed: readonly number[], room: number): number[] {
  const widths = [...needed];
  let excess = widths.reduce((sum, width) => sum + width) - room;
  for (; excess > 0 && Math.max(...widths) > MIN_WIDTH; excess--) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function formatRow(row: Row, widths: readonly number[]): string {
  const cells = row.map((text, column) => wrap(text, widths[column] ?? 0));
  const height = Math.max(...cells.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, index) => {
    const parts = cells.map((cell, column) => pad(cell[index] ?? '', widths[column] ?? 0));
    return `│ ${parts.join(' │ ')} │\n`;
  });
  return lines.join('');
}

function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true }).split('\n');
}

function pad(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - stringWidth(line)));
}
