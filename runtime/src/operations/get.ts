import { CredstashError } from '../errors.js';
import { checkContext, type EncryptionContext } from '../format/encryption-context.js';
import type { SealedItem } from '../format/item.js';
import { padVersion, versionForms } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import { checkName, storedVersion } from './checks.js';
import type { OperationOptions, Services } from './services.js';

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
}

/** The value of a secret, as bytes. */
export async function get(
  { store, envelope }: Services,
  name: string,
  { version, context = {}, signal }: GetOptions,
): Promise<Uint8Array> {
  checkName(name, store.limits);
  checkContext(context);
  return envelope.open(await findItem(store, name, version, signal), context, signal);
}

/**
 * One version of a secret, the latest if none is given.
 *
 * @throws ERR_SECRET_NOT_FOUND, ERR_INVALID_ARGUMENT
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
  storedVersion(version, store.limits);
  for (const form of versionForms(version)) {
    const item = await store.get(name, form, signal);
    if (item) return item;
  }
  throw new CredstashError('ERR_SECRET_NOT_FOUND', `${name} has no version ${version}.`, {
    secret: { name, version: padVersion(version) },
  });
}
