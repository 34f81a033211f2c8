import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { appendFile, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Write a file that only its owner can read, in one step: a new file takes the place of what is
 * there. So the links, the owner and the open descriptors of that never lead to the content, and
 * nobody reads half of it. A device, or a pipe of the caller's own, is written to.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  // A descriptor may be that of a regular file, but its path isn't the file's.
  if (/^\/(dev\/(std|fd\/)|proc\/)/.test(resolve(path))) return appendFile(path, content);
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) return writeStream(path, content);
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

/** @throws EPERM if another user made the pipe: they read it */
async function writeStream(path: string, content: string | Uint8Array): Promise<void> {
  await using stream = await open(path, constants.O_WRONLY | constants.O_APPEND);
  // Of what is open, which may have taken the place of what was there.
  const stats = await stream.stat();
  const isForeign = ![0, process.getuid?.()].includes(stats.uid);
  if (stats.isFile() || (stats.isFIFO() && isForeign)) {
    throw Object.assign(new Error('not a stream of the caller'), { code: 'EPERM' });
  }
  await stream.writeFile(content);
}
