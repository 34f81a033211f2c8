import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants as modes, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, resolve } from 'node:path';

import { interrupted, stopInterrupting } from '../output/interruption.js';
import { printError } from '../output/terminal.js';

/** Signals to pass on to the child. A terminal sends the last two to the child itself. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const OF_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;

/** The exit codes that shells use. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
const SIGNALLED = 128;

/**
 * Run a program with the streams of this process, and pass signals on to it. It is looked up on the
 * PATH of this process, not that of its environment.
 *
 * @throws Interruption if this process is to end before the child starts
 * @returns Its exit code, or 128 and the number of the signal that ended it.
 */
export function runChild(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const program = findProgram(file);
  if (program === undefined) {
    printError(`${file} was not found`);
    return Promise.resolve(NOT_FOUND);
  }
  interrupted.throwIfAborted();
  return new Promise((ended) => {
    // Before the child starts: a signal in between would end this process but not the child.
    for (const signal of FORWARDED) process.on(signal, () => child?.kill(signal));
    for (const signal of OF_TERMINAL) {
      process.on(signal, () => {
        if (!process.stdin.isTTY) child?.kill(signal);
      });
    }
    // After the listeners above: while nobody listens, a signal that has come would be lost.
    stopInterrupting();
    const fail = ({ code = 'unknown' }: NodeJS.ErrnoException) => {
      const isMissing = code === 'ENOENT';
      printError(`${file} ${isMissing ? 'was not found' : `could not be started (${code})`}`);
      ended(isMissing ? NOT_FOUND : NOT_EXECUTABLE);
    };
    let child: ChildProcess | undefined;
    try {
      child = spawn(program, args, { argv0: file, env, stdio: 'inherit' });
    } catch (error) {
      // Most errors of the system are thrown, such as E2BIG for a large environment.
      fail(error as NodeJS.ErrnoException);
      return;
    }
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      ended(code ?? SIGNALLED + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** The first executable file of that name on the PATH. */
function findProgram(file: string): string | undefined {
  if (file.includes('/')) return file;
  const { PATH = '/usr/bin:/bin' } = process.env;
  return PATH.split(delimiter)
    .map((folder) => resolve(folder, file))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, modes.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
