import { open } from 'node:fs/promises';

import { CredstashError } from '../../errors.js';

/**
 * Write secrets to standard output, or to a file that only its owner can read.
 *
 * @throws ERR_INVALID_ARGUMENT if the file can't be written
 */
export async function writeOutput(output: string | Uint8Array, file?: string): Promise<void> {
  if (file === undefined) {
    process.stdout.write(output);
    return;
  }
  try {
    await using handle = await open(file, 'a', 0o600);
    // An existing file may be readable by others: restrict it before writing.
    await handle.chmod(0o600);
    await handle.truncate();
    await handle.writeFile(output);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new CredstashError('ERR_INVALID_ARGUMENT', `Can't write the file ${file} (${code}).`, {
      cause,
    });
  }
}
