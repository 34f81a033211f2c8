import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';

import { CredstashError } from '../../errors.js';
import { Exit, INTERRUPTED } from '../output/exit.js';
import { shown } from '../output/terminal.js';

/**
 * The bytes of a value argument: of a file for `@file`, of standard input for `-`, else its own
 * UTF-8. No argument is the empty value.
 */
export async function readValue(argument = ''): Promise<Uint8Array> {
  if (argument === '-') return buffer(process.stdin);
  if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1).replace(/^~(?=\/|$)/, homedir);
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CredstashError('ERR_INVALID_ARGUMENT', `Can't read the file ${path} (${reason}).`, {
      cause,
    });
  }
}

/**
 * Prompt for a value, without echo.
 *
 * @throws Exit 130 after Ctrl-C, and 1 at the end of the input
 */
export async function promptValue(name: string): Promise<Uint8Array> {
  const { read } = await import('read');
  const { stdin, stderr } = process;
  // At the end of the input, read() never settles.
  const ended = once(stdin, 'end').then(() => setImmediate('ended' as const));
  const typed = read({
    prompt: `${shown(name, stderr)}: `,
    silent: true,
    terminal: stdin.isTTY,
    output: stderr,
  }).catch(() => undefined);
  const value = await Promise.race([typed.then((text) => ({ text })), ended]);
  if (value === 'ended' || value.text === undefined) {
    stderr.write('\nNothing was stored.\n');
    throw new Exit(value === 'ended' ? 1 : INTERRUPTED);
  }
  return Buffer.from(value.text);
}
