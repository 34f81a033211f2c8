import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { buffer } from 'node:stream/consumers';

import { CredstashError } from '../errors.js';

/**
 * The bytes that a value argument stands for: those of `@file`, of standard input for `-`, or its
 * own. No argument is the empty value.
 */
export async function readValue(argument = ''): Promise<Uint8Array> {
  if (argument === '-') return buffer(process.stdin);
  if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1).replace(/^~(?=\/|$)/, homedir());
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CredstashError('ERR_INVALID_ARGUMENT', `Can't read the file ${path} (${reason}).`, {
      cause,
    });
  }
}

/** A value that is typed without being shown. */
export async function promptValue(name: string): Promise<Uint8Array> {
  const { read } = await import('read');
  const value = await read({ prompt: `${name}: `, silent: true, output: process.stderr });
  return Buffer.from(value);
}
