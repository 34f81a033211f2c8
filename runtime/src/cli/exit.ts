/** The exit code of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Ends the program with an exit code, when everything was said. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}
