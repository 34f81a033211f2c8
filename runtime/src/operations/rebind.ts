import { BulkWriteError, CredstashError } from '../errors.js';
import { NAME_AND_VERSION } from '../format/binding.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import type { SealedItem } from '../format/item.js';
import { isDigest } from '../format/seal.js';
import { isUnpadded, unpadVersion, versionAfter } from '../format/version.js';
import { settle } from './bulk.js';
import { safely } from './callback.js';
import { findItem, get } from './get.js';
import { list } from './list.js';
import {
  takeBoolean,
  takeContext,
  takeFunction,
  takeNames,
  takeOptions,
  type Takers,
} from './options.js';
import { isPattern } from './pattern.js';
import { put, type PutResult } from './put.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface RebindOptions extends OperationOptions {
  /**
   * Which secrets: names, and patterns in which `*` stands for any string.
   *
   * @default - all of them
   */
  readonly names?: readonly string[] | undefined;
  /**
   * The encryption context that the secrets were put with, exactly.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
  /**
   * Write nothing: only give what would be done.
   *
   * @default true
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Called for each secret as it is done: with its result, or with why it failed.
   *
   * @default - no callback
   */
  readonly onSettled?: ((name: string, outcome: PutResult | CredstashError) => void) | undefined;
}

const REBIND_OPTIONS: Takers<RebindOptions> = {
  ...OPERATION_OPTIONS,
  names: takeNames,
  context: takeContext,
  dryRun: takeBoolean,
  onSettled: takeFunction,
};

/** Tries to take a next version while others write. */
const TRIES = 5;

/** Store the latest version of each secret again, as a new version that is bound. */
export async function rebind(
  services: Services,
  options: RebindOptions,
): Promise<Map<string, PutResult>> {
  const taken = takeOptions(options, REBIND_OPTIONS);
  const { names, context = {}, dryRun = true, onSettled, signal } = taken;
  const entries = await list(services, { names, signal });
  const exact = (names ?? []).filter((name) => !isPattern(name));
  const [first] = entries;
  if (first && !(await services.envelope.bindsNames(context, first, signal))) {
    throw new CredstashError(
      'ERR_NOT_BOUND',
      'The key does not bind names. Deploy the compartment with bindNames and openUnbound first.',
    );
  }
  const { done, failures } = await settle(
    new Map([...exact, ...entries.map(({ name }) => name)].map((name) => [name, undefined])),
    safely('onSettled', onSettled, services.onWarning),
    (name) => rebindOne(services, name, { context, dryRun, signal }),
  );
  if (failures.size > 0) throw new BulkWriteError(dryRun ? new Map() : done, failures);
  return done;
}

interface Attempt extends OperationOptions {
  readonly context: EncryptionContext;
  readonly dryRun: boolean;
}

async function rebindOne(services: Services, name: string, attempt: Attempt): Promise<PutResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await storeAgain(services, name, attempt);
    } catch (error) {
      const isTaken = error instanceof CredstashError && error.code === 'ERR_VERSION_EXISTS';
      if (!isTaken || tries === TRIES) throw error;
    }
  }
}

async function storeAgain(
  services: Services,
  name: string,
  { context, dryRun, signal }: Attempt,
): Promise<PutResult> {
  const { store, envelope } = services;
  const latest = await findItem(store, name, undefined, signal);
  const value = await envelope.open(latest, context, signal);
  if (latest.binding === NAME_AND_VERSION) {
    return { name, version: latest.version, isUnchanged: true };
  }
  // This very version: a later one could hide what another writer put meanwhile.
  const version = versionAfterLatest(latest);
  if (dryRun) return { name, version, isUnchanged: false };
  const { comment } = latest;
  const digest = isDigest(latest.digest) ? latest.digest : undefined;
  const options = { version, context, comment, digest, signal };
  const result = await put(services, name, value, options);
  const stored = await get(services, name, { version, context, signal, forceFetch: true });
  if (Buffer.compare(stored.value, value) === 0) return result;
  throw new CredstashError(
    'ERR_INTEGRITY',
    `${name} version ${unpadVersion(version)} is not what was stored: someone else overwrote it.`,
    { secret: { name, version } },
  );
}

function versionAfterLatest({ name, version }: SealedItem): string {
  if (!isUnpadded(version)) return versionAfter(name, [version]);
  throw new CredstashError(
    'ERR_NO_NEXT_VERSION',
    `${name} has the unpadded version ${version}: repair it with migrateVersions first, or \`credstash migrate-versions\`.`,
  );
}
