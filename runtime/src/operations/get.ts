import { CredstashError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import type { SealedItem } from '../format/item.js';
import { padVersion, versionForms } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import { checkName, storedVersion } from './checks.js';
import { takeContext, takeOptions, takeVersion, type Takers } from './options.js';
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
}

export const GET_OPTIONS: Takers<GetOptions> = {
  ...OPERATION_OPTIONS,
  version: takeVersion,
  context: takeContext,
};

/** The value of a secret, as bytes. */
export async function get(
  { store, envelope }: Services,
  name: string,
  options: GetOptions,
): Promise<Uint8Array> {
  const { version, context = {}, signal } = takeOptions(options, GET_OPTIONS);
  checkName(name, store.limits);
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
