import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { CredstashError } from '../../errors.js';
import { replaceFile } from '../output/replace-file.js';

/** The configuration file of Python credstash. It stores the region of the key there. */
const path = () => join(homedir(), '.credstash');

/** The saved region of the key, if any. */
export async function savedKmsRegion(): Promise<string | undefined> {
  const region = (await readConfig())['kms-region'] ?? undefined;
  if (region === undefined || typeof region === 'string') return region;
  throw unusable('read', '"kms-region" is not a string');
}

export async function saveKmsRegion(region: string): Promise<void> {
  const config = { ...(await readConfig()), 'kms-region': region };
  try {
    await replaceFile(path(), JSON.stringify(config));
  } catch (cause) {
    throw unusable('written', codeOf(cause), cause);
  }
}

async function readConfig(): Promise<Record<string, unknown>> {
  try {
    const config: unknown = JSON.parse(await readFile(path(), 'utf8'));
    if (Object.prototype.toString.call(config) === '[object Object]') {
      return config as Record<string, unknown>;
    }
    throw new SyntaxError('no object');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return {};
    throw unusable('read', codeOf(cause) ?? 'it is not a JSON object', cause);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function unusable(done: string, reason = 'unknown', cause?: unknown): CredstashError {
  return new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The file ${path()} can't be ${done} (${reason}). Fix or remove it.`,
    { cause },
  );
}
