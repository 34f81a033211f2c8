import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { CredstashError } from '../../errors.js';
import { replaceFile } from '../output/replace-file.js';

/** The configuration file of Python credstash. It stores the region of the key there. */
const path = () => join(homedir(), '.credstash');

/** The saved region of the key, if any. */
export async function savedKmsRegion(): Promise<string | undefined> {
  const region = (await readConfig())['kms-region'];
  return typeof region === 'string' ? region : undefined;
}

export async function saveKmsRegion(region: string): Promise<void> {
  const config = { ...(await readConfig()), 'kms-region': region };
  try {
    await replaceFile(path(), JSON.stringify(config));
  } catch (cause) {
    throw unusable('written', cause);
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
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unusable('read', cause);
  }
}

function unusable(done: string, cause: unknown): CredstashError {
  const { code = 'it is not a JSON object' } = cause as NodeJS.ErrnoException;
  return new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The file ${path()} can't be ${done} (${code}). Fix or remove it.`,
    { cause },
  );
}
