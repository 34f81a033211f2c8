import type { Outcome } from '../../../demo/cli.js';

/** The marks of doctor, by subject. */
export function marks({ stdout }: Outcome): Record<string, string> {
  const lines = stdout.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(4, 12).trim(), line.slice(0, 2)]));
}

/** The line of a subject. */
export function line({ stdout }: Outcome, subject: string): string | undefined {
  return stdout.split('\n').find((each) => each.slice(4, 12).trim() === subject);
}
