import { constants } from 'node:buffer';
import { createReadStream, fstatSync, statSync } from 'node:fs';
import { homedir } from 'node:os';

import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { warn } from './options.js';

/** More can't be parsed: a string holds no more. */
const STRING_BYTES = constants.MAX_STRING_LENGTH;

/**
 * The bytes of a value argument: of a file for `@file`, of standard input for `-`, else its own
 * UTF-8.
 *
 * @param most Reading stops after one byte more.
 * @throws a usage error if there is nothing to read, as Python does
 * @throws ERR_VALUE_TOO_LARGE
 */
export async function readValue(
  command: Command,
  argument: string,
  most = STRING_BYTES,
): Promise<Uint8Array> {
  if (argument === '-') return readInput(command, most);
  if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1).replace(/^~(?=\/|$)/, homedir);
  try {
    return await collect(createReadStream(path, { end: most }), most);
  } catch (error) {
    if (error instanceof CredstashError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return command.error(`error: can't read the file ${path} (${code})`);
  }
}

async function readInput(command: Command, most: number): Promise<Uint8Array> {
  const input = fstatSync(0);
  if (input.isDirectory()) command.error("error: can't read standard input (EISDIR)");
  // Node.js opens /dev/null in place of a closed standard input.
  if (input.isCharacterDevice() && input.rdev === statSync('/dev/null').rdev) {
    command.error("error: standard input is closed, or /dev/null. For an empty value, give ''");
  }
  const bytes = await collect(process.stdin, most);
  if (bytes.length === 0) warn('standard input is empty');
  return bytes;
}

async function collect(stream: AsyncIterable<Buffer>, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) {
      throw new CredstashError(
        'ERR_VALUE_TOO_LARGE',
        `The input has more than ${most} bytes. Nothing was stored.`,
      );
    }
  }
  return Buffer.concat(chunks);
}
