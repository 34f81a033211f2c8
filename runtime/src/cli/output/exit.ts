/** The exit code after Ctrl-C. */
export const INTERRUPTED = 130;

/** A failure that was already reported. It ends the program with an exit code. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** Ctrl-C or another signal. It ends the program at once, even if calls are in progress. */
export class Interruption extends Exit {
  constructor(code = INTERRUPTED) {
    super(code);
  }
}
