#!/usr/bin/env node
import { homedir } from 'node:os';

import { CommanderError } from 'commander';

import { readAsArgparse, refuseBadUtf8 } from './input/argparse.js';
import { Exit } from './output/exit.js';
import {
  account,
  end,
  interrupted,
  listenToSignals,
  reportInterruption,
} from './output/interruption.js';
import { Log } from './output/log.js';
import { printError } from './output/terminal.js';
import { program } from './program.js';
import { describe } from './output/words.js';

// On Node 20, the SDK would warn on every run that a later release of it drops Node 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A container can run us as a user whom it doesn't know. Then nothing is read of a home, as `docker`
// arranges, too.
try {
  homedir();
} catch {
  process.env.HOME = '/';
}

/** Milliseconds in which a command whose calls were cut says what it did. */
const GRACE = 100;

// A reader such as `head` closes the pipe when it has enough: that is not an error, and what a
// command does goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  printError(`Can't write to standard output (${error.code ?? error.message})`);
  process.exit(1);
});

const log = new Log();
let isReported = false;

// The SDK has no handler for a setting that it can't use, such as AWS_DEFAULTS_MODE.
process.on('unhandledRejection', (error) => {
  if (interrupted.aborted) return;
  report(error);
  process.exit(1);
});

/** Print the first error: what fails after it fails for the same reason. */
function report(error: unknown): void {
  if (isReported) return;
  isReported = true;
  printError(describe(error));
  log.error(error);
}

async function main(): Promise<number> {
  try {
    const root = program(log);
    const given = process.argv.slice(2);
    refuseBadUtf8(root, given);
    const args = readAsArgparse(root, given);
    listenToSignals();
    const work = root.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
    await Promise.race([work, interruption()]);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return reportInterruption(error);
    if (error instanceof Exit) return error.code;
    // Commander has printed the message. Its exit code is 1; for usage errors, ours is 2.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    report(error);
    const done = account();
    if (done !== '') printError(done);
    return 1;
  }
}

/** Rejects when the work was to end, even if it goes on. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    interrupted.addEventListener('abort', () => setTimeout(reject, GRACE));
  });
}

// If the event loop empties before main() settles, that is a failure.
const fail = () => {
  process.exitCode = 1;
};
process.once('beforeExit', fail);
void main().then((exitCode) => {
  process.off('beforeExit', fail);
  // Once all is written, or the failure told. What goes on, such as a process that gives credentials,
  // is not waited for.
  process.stdout.write('', () => setImmediate(() => end(exitCode)));
});
