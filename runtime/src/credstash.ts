import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { clientConfig } from './client-config.js';
import { compartmentNames, type CompartmentChoice } from './compartment.js';
import { BulkReadError, BulkWriteError, CredstashError } from './errors.js';
import { checkContext, checkName, decodeText, type EncryptionContext } from './input.js';
import { openItem, wrappedKey, type SealedItem } from './item.js';
import { KmsKeyService, type KeyService } from './key-service.js';
import { forEachPooled } from './pool.js';
import { preparePut, type PutOptions, type Value } from './put.js';
import { DynamoDbStore } from './store/dynamodb.js';
import type { SecretEntry, SecretStore } from './store/store.js';
import { compareBytes, padVersion } from './version.js';

/** Calls under way at once in a bulk read or write. */
const CONCURRENCY = 16;

/** What a bulk read may leave out: nothing that trying again could bring. */
const UNREADABLE = new Set([
  'ERR_ACCESS_DENIED',
  'ERR_CONTEXT_MISMATCH',
  'ERR_INTEGRITY',
  'ERR_KEY_NOT_FOUND',
  'ERR_KEY_UNAVAILABLE',
  'ERR_NOT_TEXT',
  'ERR_UNEXPECTED_KEY',
  'ERR_UNSUPPORTED_DIGEST',
  'ERR_WRONG_REGION',
]);

export interface CredstashOptions extends CompartmentChoice {
  /**
   * The AWS region of the table, and of the key.
   *
   * @default - as the AWS SDK finds it: `AWS_REGION`, or the profile
   */
  readonly region?: string | undefined;
  /**
   * The AWS region of the key, if it is not the table's.
   *
   * @default - `region`
   */
  readonly kmsRegion?: string | undefined;
  /**
   * The client of DynamoDB.
   *
   * @default - a client of `region` that retries when throttled
   */
  readonly dynamodb?: DynamoDBClient;
  /**
   * The client of KMS.
   *
   * @default - a client of `kmsRegion` that retries when throttled
   */
  readonly kms?: KMSClient;
  /**
   * Where sealed items are kept.
   *
   * @default - `table`
   */
  readonly store?: SecretStore;
  /**
   * What makes and unwraps data keys.
   *
   * @default - KMS with `key`
   */
  readonly keyService?: KeyService;
  /**
   * Told of what works, but should be mended.
   *
   * @default - warnings are dropped
   */
  readonly onWarning?: (warning: string) => void;
}

export interface ReadOptions {
  /**
   * The encryption context that the secret was put with, exactly.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
}

export interface GetOptions extends ReadOptions {
  /**
   * The version to read.
   *
   * @default - the latest
   */
  readonly version?: string | number | undefined;
}

export interface GetAllOptions extends ReadOptions {
  /**
   * What to do when some secrets can't be read: `reject`, or `skip` them. Being throttled, or cut
   * off, rejects all the same.
   *
   * @default 'reject'
   */
  readonly onFailure?: 'reject' | 'skip';
}

export interface DeleteOptions {
  /**
   * The version to delete.
   *
   * @default - all of them
   */
  readonly version?: string | number | undefined;
}

/** A version of a secret that was stored. */
export interface StoredVersion {
  readonly name: string;
  /** As stored: padded to 19 characters. */
  readonly version: string;
}

/**
 * The secrets of one compartment.
 *
 * Every method rejects with a {@link CredstashError}. Those that call AWS may reject with the codes
 * ERR_ACCESS_DENIED, ERR_TABLE_NOT_FOUND, ERR_KEY_NOT_FOUND, ERR_KEY_UNAVAILABLE, ERR_THROTTLED,
 * ERR_CREDENTIALS, ERR_REGION_MISSING, ERR_WRONG_REGION and ERR_AWS; more are given where they arise.
 */
export class Credstash {
  readonly #store: SecretStore;
  readonly #keyService: KeyService;
  readonly #onWarning: (warning: string) => void;

  /** @throws ERR_INVALID_ARGUMENT if the compartment has no possible name. */
  constructor(options: CredstashOptions = {}) {
    const { key, table, keyIsChosen } = compartmentNames(options, process.env);
    const { region, kmsRegion = region } = options;
    this.#store =
      options.store ??
      new DynamoDbStore(options.dynamodb ?? new DynamoDBClient(clientConfig({ region })), table);
    this.#keyService =
      options.keyService ??
      new KmsKeyService(
        options.kms ?? new KMSClient(clientConfig({ region: kmsRegion })),
        key,
        keyIsChosen ? key : undefined,
      );
    this.#onWarning = options.onWarning ?? (() => undefined);
  }

  /**
   * A secret as text.
   *
   * @throws ERR_SECRET_NOT_FOUND, ERR_CONTEXT_MISMATCH, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST,
   * ERR_UNEXPECTED_KEY, ERR_INVALID_ARGUMENT
   * @throws ERR_NOT_TEXT if it is not UTF-8
   */
  async get(name: string, options: GetOptions = {}): Promise<string> {
    return decodeText(name, await this.getBytes(name, options));
  }

  /**
   * A secret as bytes.
   *
   * @throws as {@link get} does, but for ERR_NOT_TEXT
   */
  async getBytes(name: string, options: GetOptions = {}): Promise<Uint8Array> {
    checkName(name);
    const { version, context = {} } = options;
    checkContext(context);
    const item =
      version === undefined ? await this.#store.latest(name) : await this.#find(name, version);
    return this.#open(item ?? missing(name, version), context);
  }

  /**
   * The latest version of every secret, as text, by name and in the order of names.
   *
   * @throws BulkReadError if any can't be read: it carries those that were, and why each was not
   */
  async getAll(options: GetAllOptions = {}): Promise<Map<string, string>> {
    const { context = {}, onFailure = 'reject' } = options;
    checkContext(context);
    const latest = new Map<string, SealedItem>();
    for await (const item of this.#store.scan()) {
      const known = latest.get(item.name);
      if (!known || compareBytes(item.version, known.version) > 0) latest.set(item.name, item);
    }
    const { done, failures } = await settle(latest, async (name, item) =>
      decodeText(name, await this.#open(item, context)),
    );
    const tolerable = [...failures.values()].every(({ code }) => UNREADABLE.has(code));
    if (failures.size > 0 && !(onFailure === 'skip' && tolerable)) {
      throw new BulkReadError(done, failures);
    }
    return done;
  }

  /**
   * Store a new version of a secret. What is stored is never overwritten.
   *
   * @throws ERR_VERSION_EXISTS, ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT
   * @throws ERR_NO_NEXT_VERSION, ERR_VERSION_CONTENDED if `autoVersion` was asked for
   */
  async put(name: string, value: Value, options: PutOptions = {}): Promise<StoredVersion> {
    const write = preparePut(name, value, options, this.#onWarning);
    return { name, version: await write(this.#store, this.#keyService) };
  }

  /**
   * Store a new version of each of many secrets. All are checked before the first is written.
   *
   * @param secrets Values by name.
   * @returns The versions that were stored, by name and in the order of names.
   * @throws BulkWriteError if any was not stored: it carries those that were, and why each was not
   * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT before any call
   */
  async putAll(
    secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
    options: PutOptions = {},
  ): Promise<Map<string, string>> {
    const entries = secrets instanceof Map ? [...secrets] : Object.entries(secrets);
    const writes = new Map(
      (entries as [string, Value][]).map(([name, value]) => [
        name,
        preparePut(name, value, options, this.#onWarning),
      ]),
    );
    const { done, failures } = await settle(writes, (_, write) =>
      write(this.#store, this.#keyService),
    );
    if (failures.size > 0) throw new BulkWriteError(done, failures);
    return done;
  }

  /** Every version of every secret, by name and then by version, without the values. */
  async list(): Promise<SecretEntry[]> {
    const entries: SecretEntry[] = [];
    for await (const entry of this.#store.entries()) entries.push(entry);
    return entries.sort(
      (a, b) => compareBytes(a.name, b.name) || compareBytes(a.version, b.version),
    );
  }

  /** The versions of a secret, the latest first; none if there is no such secret. */
  async versions(name: string): Promise<string[]> {
    checkName(name);
    return this.#store.versions(name);
  }

  /**
   * Delete a secret, or one version of it.
   *
   * @returns The versions that were deleted, the oldest first; none if there was nothing to delete.
   * @throws ERR_INVALID_ARGUMENT
   */
  async delete(name: string, options: DeleteOptions = {}): Promise<string[]> {
    const { version } = options;
    const forms = version === undefined ? undefined : versionForms(version);
    const oldestFirst = (await this.versions(name)).reverse();
    const doomed = forms
      ? forms.filter((form) => oldestFirst.includes(form)).slice(0, 1)
      : oldestFirst;
    // One by one: if it is cut short, the latest version is still the latest.
    for (const each of doomed) await this.#store.delete(name, each);
    return doomed;
  }

  async #find(name: string, version: string | number): Promise<SealedItem | undefined> {
    for (const form of versionForms(version)) {
      const item = await this.#store.get(name, form);
      if (item) return item;
    }
    return undefined;
  }

  async #open(item: SealedItem, context: EncryptionContext): Promise<Uint8Array> {
    const dataKey = await this.#keyService.decrypt(wrappedKey(item), context);
    try {
      return openItem(item, dataKey);
    } finally {
      dataKey.fill(0);
    }
  }
}

/** How a version may be stored: padded, or, before December 2015, as it was given. */
function versionForms(version: string | number): string[] {
  return [...new Set([padVersion(version), String(version)])];
}

function missing(name: string, version: string | number | undefined): never {
  const key = version === undefined ? '' : `, 'version': '${padVersion(version)}'`;
  throw new CredstashError(
    'ERR_SECRET_NOT_FOUND',
    `Item {'name': '${name}'${key}} couldn't be found.`,
  );
}

/** Do a task for each entry, and tell apart, in the order of names, what it gave and why not. */
async function settle<In, Out>(
  entries: ReadonlyMap<string, In>,
  task: (name: string, entry: In) => Promise<Out>,
): Promise<{ done: Map<string, Out>; failures: Map<string, CredstashError> }> {
  const results = new Map<string, Out>();
  const errors = new Map<string, CredstashError>();
  await forEachPooled(entries, CONCURRENCY, async ([name, entry]) => {
    try {
      results.set(name, await task(name, entry));
    } catch (error) {
      if (!(error instanceof CredstashError)) throw error;
      errors.set(name, error);
    }
  });
  return { done: sorted(results), failures: sorted(errors) };
}

function sorted<T>(map: Map<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareBytes(a, b)));
}
