import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { parseLockfile, type Lockfile } from '../../access/lockfile.js';
import { CredstashError } from '../../errors.js';

const NAME = 'credstash-access.json';

/**
 * Read the lockfile of an app.
 *
 * CDK lets no plugin change a file of an assembly, so the lockfile is beside the assembly.
 *
 * @param app The lockfile, the folder that it is in, or the cloud assembly beside it.
 * @throws ERR_INVALID_ARGUMENT if there is none, or it is none
 */
export async function readLockfile(app: string): Promise<{ file: string; lockfile: Lockfile }> {
  const isFolder = app.endsWith('.json') ? await isDirectory(app) : !(await isFile(app));
  const files = isFolder ? [join(app, NAME), join(app, '..', NAME)] : [app];
  for (const file of files) {
    const content = await contentOf(file);
    if (content !== undefined) return { file, lockfile: parseLockfile(content, file) };
  }
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `There is no file ${files.join(' or ')}. Add the plugin CompartmentAccess to the app, and run \`cdk synth\`; or name the file with --app.`,
  );
}

/** The text of a file; nothing if it doesn't exist. */
async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CredstashError('ERR_INVALID_ARGUMENT', `Can't read the file ${file} (${code}).`, {
      cause,
    });
  }
}

const isDirectory = async (path: string) => (await stats(path))?.isDirectory() ?? false;
const isFile = async (path: string) => (await stats(path))?.isFile() ?? false;

function stats(path: string) {
  return stat(path).catch(() => undefined);
}
