import { constants } from 'node:buffer';
import { fstatSync, statSync } from 'node:fs';
import { homedir } from 'node:os';

import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { readFile, readInput } from './bytes.js';
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
  if (argument === '-') refuseClosedInput(command);
  else if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1).replace(/^~(?=\/|$)/, homedir);
  const bytes = await (argument === '-' ? readInput(command, most) : readFile(command, path, most));
  if (bytes === undefined) {
    throw new CredstashError(
      'ERR_VALUE_TOO_LARGE',
      `The input has more than ${most} bytes. Nothing was stored.`,
    );
  }
  if (argument === '-' && bytes.length === 0) warn('standard input is empty');
  return bytes;
}

/** Node.js opens /dev/null in place of a closed standard input. */
function refuseClosedInput(command: Command): void {
  const input = fstatSync(0);
  if (input.isCharacterDevice() && input.rdev === statSync('/dev/null').rdev) {
    command.error("error: standard input is closed, or /dev/null. For an empty value, give ''");
  }
}
