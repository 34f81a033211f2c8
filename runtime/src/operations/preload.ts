import { isUtf8 } from 'node:buffer';
import { setTimeout } from 'node:timers/promises';

import { MAX_TIMEOUT } from '../aws/deadline.js';
import { BulkReadError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { decodeText } from '../format/text.js';
import { settle } from './bulk.js';
import { checkName } from './checks.js';
import { get } from './get.js';
import {
  invalid,
  read,
  takeContext,
  takeNames,
  takeNumber,
  takeOptions,
  type Takers,
} from './options.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';
import { aborted } from './shared-work.js';

export interface PreloadOptions extends OperationOptions {
  /**
   * The encryption context that the secrets were put with, exactly.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
  /**
   * Wait first, for a random time of at most so many milliseconds: then processes that start at once
   * don't all call AWS at once.
   *
   * @default 0
   */
  readonly jitter?: number | undefined;
}

const PRELOAD_OPTIONS: Takers<PreloadOptions> = {
  ...OPERATION_OPTIONS,
  context: takeContext,
  jitter: takeNumber(0, MAX_TIMEOUT),
};

/** Read the latest versions of secrets into the cache. */
export async function preload(
  services: Services,
  names: readonly string[],
  options: PreloadOptions,
): Promise<void> {
  const { context, jitter = 0, signal } = takeOptions(options, PRELOAD_OPTIONS);
  const taken = read(() => takeNames(names));
  for (const name of taken) checkName(name, services.store.limits);
  if (!services.cache) throw invalid('preload fills the cache: set the option cache.');
  await setTimeout(Math.random() * jitter, undefined, { signal }).catch((error: unknown) => {
    throw signal?.aborted ? aborted(signal) : error;
  });
  const { done, failures } = await settle(
    new Map(taken.map((name) => [name, undefined])),
    () => undefined,
    async (name) => (await get(services, name, { context, signal })).value,
  );
  if (failures.size === 0) return;
  const texts = [...done].filter(([, value]) => isUtf8(value));
  throw new BulkReadError(
    new Map(texts.map(([name, value]) => [name, decodeText(name, value)])),
    failures,
  );
}
