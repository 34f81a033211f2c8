/** The exit code of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** A failure that was reported: it ends the program with an exit code. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** Ctrl-C: it ends the program at once, also if work is under way. */
export class Interruption extends Exit {
  constructor() {
    super(INTERRUPTED);
  }
}
