import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;

/** Text in a style, on a terminal; as it is, in a pipe. */
export function styled(style: Style, text: string): string {
  return isTerminal ? styleText(style, text) : text;
}

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  print(`\n${styled('bold', text)}`);
}

/** Rows of two columns, the second aligned. */
export function table(rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([left]) => left.length));
  for (const [left, right] of rows) print(`  ${left.padEnd(width)}  ${styled('dim', right)}`);
}
