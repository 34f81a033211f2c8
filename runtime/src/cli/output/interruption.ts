import { constants } from 'node:os';

import { AwsError, CredstashError } from '../../errors.js';
import { printError } from './terminal.js';
import { describe } from './words.js';

/** Why the program ends before its work is done: a signal came, or its time is over. */
export class Interruption extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
    /** What came, or SIGALRM if the time is over. */
    readonly signal: NodeJS.Signals,
  ) {
    super(message);
    this.name = signal === 'SIGALRM' ? 'TimeoutError' : 'AbortError';
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const controller = new AbortController();
let timer: NodeJS.Timeout | undefined;
let tell = () => '';

/** Aborts, with an {@link Interruption}, when the program is to end before its work is done. */
export const interrupted: AbortSignal = controller.signal;

/** Have the work end. At the second time, whatever it does. */
export function interrupt(signal: NodeJS.Signals): void {
  // What shells tell of a program that a signal ended.
  const exitCode = 128 + constants.signals[signal];
  if (interrupted.aborted) end(exitCode);
  controller.abort(new Interruption('Interrupted.', exitCode, signal));
}

/**
 * End the process. To exit, Node.js waits for its threads: for a name that is looked up, and for ever
 * for a pipe whose other end nobody opens. A process that was to end before does not wait for them: it
 * ends by the signal.
 */
export function end(exitCode: number): never {
  const isWaiting = process
    .getActiveResourcesInfo()
    .some((resource) => /^(FSReq|GetAddrInfo)/.test(resource));
  if (interrupted.aborted && isWaiting) {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    process.kill(process.pid, (interrupted.reason as Interruption).signal);
  }
  return process.exit(exitCode);
}

export function listenToSignals(): void {
  for (const signal of SIGNALS) process.on(signal, interrupt);
}

/** @param time Milliseconds until the work is to end. */
export function limitTime(time: number): void {
  const reason = new Interruption(`The command took longer than ${time / 1000} s.`, 1, 'SIGALRM');
  timer = setTimeout(() => controller.abort(reason), time);
}

/** Leave signals to others, and take all the time. */
export function stopInterrupting(): void {
  interrupted.throwIfAborted();
  clearTimeout(timer);
  for (const signal of SIGNALS) process.off(signal, interrupt);
}

/**
 * Say what a command has done, if it ends before its work is done.
 *
 * @param sentence Gives one that follows the reason; or nothing.
 */
export function accountFor(sentence: () => string): void {
  tell = sentence;
}

/** What the command has done. */
export function account(): string {
  return tell();
}

/**
 * Say why the work ended, and what was done.
 *
 * @param error What it ended with.
 * @returns The exit code.
 */
export function reportInterruption(error: unknown): number {
  const { exitCode, message, signal } = interrupted.reason as Interruption;
  const why = signal === 'SIGALRM' && error instanceof AwsError ? describe(error) : message;
  const isUnknown = error instanceof CredstashError && error.code === 'ERR_OUTCOME_UNKNOWN';
  // Below the ^C of a terminal.
  if (process.stderr.isTTY) process.stderr.write('\n');
  printError(`${why} ${isUnknown ? describe(error) : tell()}`.trim());
  return exitCode;
}
