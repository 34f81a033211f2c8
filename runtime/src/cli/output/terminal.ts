/** Characters other than a tab that make a terminal do something, or reorder what it shows. */
const CONTROLS = /(?!\t)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * One line for a stream: on a terminal, with control characters escaped. Whoever wrote a name, a
 * comment or an error could otherwise move the cursor, set the clipboard or forge a line.
 */
export function shown(line: string, stream: NodeJS.WriteStream = process.stdout): string {
  return stream.isTTY ? withoutControls(line) : line;
}

/** A text with its control characters escaped. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, unicodeEscape);
}

/** As {@link shown}, of many lines. */
export function shownLines(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return text
    .split('\n')
    .map((line) => shown(line, stream))
    .join('\n');
}

/** Write one line, as {@link shown}. */
export function printLine(line: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${shown(line, stream)}\n`);
}

/** As {@link printLine}, on standard error. */
export function printError(line: string): void {
  printLine(line, process.stderr);
}

/** A UTF-16 code unit as JSON and YAML escape it. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
