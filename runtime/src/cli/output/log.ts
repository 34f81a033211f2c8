import { appendFileSync } from 'node:fs';

import { printError } from './terminal.js';

/** The levels of Python's `logging`, in ascending order. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** Logs errors, with their stacks and causes, to a file if `--log-file` names one. */
export class Log {
  private file: string | undefined;

  /** Log to a file, unless the level excludes errors. */
  open(file: string | undefined, level: (typeof LOG_LEVELS)[number]): void {
    this.file = level === 'CRITICAL' ? undefined : file;
  }

  error(error: unknown): void {
    if (this.file === undefined) return;
    const text = error instanceof Error ? withCauses(error) : String(error);
    try {
      appendFileSync(this.file, `${new Date().toISOString()} ERROR ${text}\n`, { mode: 0o600 });
    } catch (cause) {
      const { code = 'unknown' } = cause as NodeJS.ErrnoException;
      printError(`warning: can't write the log file ${this.file} (${code})`);
    }
  }
}

function withCauses(error: Error): string {
  const { cause, stack = error.message } = error;
  return cause instanceof Error ? `${stack}\nCaused by: ${withCauses(cause)}` : stack;
}
