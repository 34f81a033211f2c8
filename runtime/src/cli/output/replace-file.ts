import { randomUUID } from 'node:crypto';
import { appendFile, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Write a file that only its owner can read, in one step: a new file takes the place of what is
 * there. So the links, the owner and the open descriptors of that never lead to the content, and
 * nobody reads half of it. A device or a pipe is written to.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  if (await isStream(path)) return appendFile(path, content);
  const temporary = join(dirname(path), `.credstash-${randomUUID()}`);
  try {
    // `x` neither opens what exists nor follows a link.
    await using file = await open(temporary, 'wx', 0o600);
    await file.writeFile(content);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whether a path is that of a device, a pipe or an open descriptor. */
async function isStream(path: string): Promise<boolean> {
  // A descriptor may be that of a regular file, but its path isn't the file's.
  if (/^\/(dev\/(std|fd\/)|proc\/)/.test(resolve(path))) return true;
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && !stats.isFile();
}
