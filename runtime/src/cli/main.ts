#!/usr/bin/env node
import { CommanderError } from 'commander';

import { readAsArgparse, refuseBadUtf8 } from './input/argparse.js';
import { Exit, Interruption } from './output/exit.js';
import { Log } from './output/log.js';
import { printError } from './output/terminal.js';
import { program } from './program.js';
import { describe } from './output/words.js';

// On Node 20, the SDK would warn on every run that a later release of it drops Node 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A reader such as `head` closes the pipe when it has enough: that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  printError(`Can't write to standard output (${error.code ?? error.message})`);
  process.exit(1);
});

const log = new Log();
let isReported = false;

// The SDK has no handler for a setting that it can't use, such as AWS_DEFAULTS_MODE.
process.on('unhandledRejection', (error) => {
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
    await root.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
    return 0;
  } catch (error) {
    // Calls in progress would keep the process alive.
    if (error instanceof Interruption) process.exit(error.code);
    if (error instanceof Exit) return error.code;
    // Commander has printed the message. Its exit code is 1; for usage errors, ours is 2.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    report(error);
    return 1;
  }
}

// If the event loop empties before main() settles, that is a failure.
const fail = () => {
  process.exitCode = 1;
};
process.once('beforeExit', fail);
void main().then((exitCode) => {
  process.off('beforeExit', fail);
  process.exitCode = exitCode;
  // A call that was given up may still wait for something, such as a credential_process.
  const exit = () => process.exit();
  if (exitCode !== 0) process.stdout.write('', () => process.stderr.write('', exit));
});
