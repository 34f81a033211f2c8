import { createReadStream, fstatSync } from 'node:fs';

import type { Command } from 'commander';

/**
 * The bytes of a file; undefined if there are more than `most`, of which no more is read.
 *
 * @throws a usage error if it can't be read
 */
export async function readFile(
  command: Command,
  path: string,
  most: number,
): Promise<Buffer | undefined> {
  try {
    return await collect(createReadStream(path, { end: most }), most);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return command.error(`error: can't read the file ${path} (${code})`);
  }
}

/** As {@link readFile}, of standard input. */
export async function readInput(command: Command, most: number): Promise<Buffer | undefined> {
  if (fstatSync(0).isDirectory()) command.error("error: can't read standard input (EISDIR)");
  return collect(process.stdin, most);
}

async function collect(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) return undefined;
  }
  return Buffer.concat(chunks);
}
