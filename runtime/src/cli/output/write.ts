import { CredstashError } from '../../errors.js';
import { replaceFile } from './replace-file.js';

/**
 * Write secrets to standard output, or to a file that only its owner can read.
 *
 * @throws ERR_INVALID_ARGUMENT if the file can't be written
 */
export async function writeOutput(output: string | Uint8Array, file?: string): Promise<void> {
  // This process may write to its standard output even where it can't open it, such as a socket.
  if (file === undefined || file === '/dev/stdout') {
    process.stdout.write(output);
    return;
  }
  try {
    await replaceFile(file, output);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new CredstashError('ERR_INVALID_ARGUMENT', `Can't write the file ${file} (${code}).`, {
      cause,
    });
  }
}
