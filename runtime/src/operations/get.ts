import { CredstashError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import type { SealedItem } from '../format/item.js';
import { padVersion, versionForms } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import type { ReadSecret } from './cache.js';
import { checkName, storedVersion } from './checks.js';
import { takeBoolean, takeContext, takeOptions, takeVersion, type Takers } from './options.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface GetOptions extends OperationOptions {
  /**
   * The version to read.
   *
   * @default - the latest
   */
  readonly version?: string | number | undefined;
  /**
   * The encryption context that the secret was put with, exactly.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
  /**
   * Call AWS even if the cache has the secret.
   *
   * @default false
   */
  readonly forceFetch?: boolean | undefined;
}

export const GET_OPTIONS: Takers<GetOptions> = {
  ...OPERATION_OPTIONS,
  version: takeVersion,
  context: takeContext,
  forceFetch: takeBoolean,
};

/** The value of a secret, as bytes, from the cache if there is one. */
export async function get(
  { store, envelope, cache }: Services,
  name: string,
  options: GetOptions,
): Promise<ReadSecret> {
  const taken = takeOptions(options, GET_OPTIONS);
  const { version, context = {}, forceFetch = false, signal } = taken;
  checkName(name, store.limits);
  if (version !== undefined) storedVersion(version, store.limits);
  const read = async (until: AbortSignal | undefined) => {
    const item = await findItem(store, name, version, until);
    return { version: item.version, value: await envelope.open(item, context, until) };
  };
  if (!cache) return read(signal);
  return cache.get({ name, version, context, forceFetch, signal }, read);
}

/**
 * One version of a secret, the latest if none is given.
 *
 * @throws ERR_SECRET_NOT_FOUND
 */
export async function findItem(
  store: SecretStore,
  name: string,
  version: string | number | undefined,
  signal: AbortSignal | undefined,
): Promise<SealedItem> {
  if (version === undefined) {
    const latest = await store.latest(name, signal);
    if (latest) return latest;
    throw new CredstashError('ERR_SECRET_NOT_FOUND', `There is no secret ${name}.`, {
      secret: { name },
    });
  }
  for (const form of versionForms(version)) {
    const item = await store.get(name, form, signal);
    if (item) return item;
  }
  throw new CredstashError('ERR_SECRET_NOT_FOUND', `${name} has no version ${version}.`, {
    secret: { name, version: padVersion(version) },
  });
}
