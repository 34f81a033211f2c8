import { CommanderError } from 'commander';

import { Exit, Interruption } from './output/exit.js';
import { Log } from './output/log.js';
import { program } from './program.js';
import { describe } from './output/words.js';

// The SDK would warn, on every run on Node 20, of a release that is not in this bundle.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`Can't write to standard output (${error.code ?? error.message})\n`);
  process.exit(1);
});

async function main(): Promise<number> {
  const log = new Log();
  try {
    const args = process.argv.slice(2);
    await program(log).parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
    return 0;
  } catch (error) {
    // Work that is under way would go on.
    if (error instanceof Interruption) process.exit(error.code);
    if (error instanceof Exit) return error.code;
    // Commander has said what was wrong: its own code is 1, where usage errors are 2 here.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${describe(error)}\n`);
    log.error(error);
    return 1;
  }
}

// If the program should end before its work did, that is a failure.
process.exitCode = 1;
void main().then((exitCode) => {
  process.exitCode = exitCode;
});
