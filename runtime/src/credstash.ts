import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { clientConfig } from './aws/client-config.js';
import { compartmentNames } from './compartment.js';
import { BulkReadError, BulkWriteError, CredstashError } from './errors.js';
import {
  checkContext,
  checkName,
  decodeText,
  valueBytes,
  type EncryptionContext,
} from './operations/input.js';
import { findItem, scanItems, versionForms } from './operations/find.js';
import { openItem, wrappedKey, type SealedItem } from './format/item.js';
import { KmsKeyService, type KeyService } from './keys/kms.js';
import { migrateVersions } from './operations/migrate-versions.js';
import type {
  CredstashOptions,
  DeleteOptions,
  GetAllOptions,
  GetOptions,
  MigratedVersion,
  MigrateOptions,
  PutAllOptions,
} from './operations/options.js';
import { isPattern } from './operations/pattern.js';
import { preparePut, type PutOptions, type PutResult, type Value } from './operations/put.js';
import { settle } from './operations/settle.js';
import { DynamoDbStore } from './stores/dynamodb.js';
import type { SecretEntry, SecretStore } from './stores/secret-store.js';
import { compareBytes } from './format/version.js';

/** What a bulk read may leave out: nothing that trying again could bring. */
const UNREADABLE = new Set([
  'ERR_ACCESS_DENIED',
  'ERR_CONTEXT_MISMATCH',
  'ERR_INTEGRITY',
  'ERR_KEY_NOT_FOUND',
  'ERR_KEY_UNAVAILABLE',
  'ERR_NOT_TEXT',
  'ERR_SECRET_NOT_FOUND',
  'ERR_UNEXPECTED_KEY',
  'ERR_UNSUPPORTED_DIGEST',
  'ERR_WRONG_REGION',
]);

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
    return this.#open(await findItem(this.#store, name, version), context);
  }

  /**
   * Many secrets as text, by name and in the order of names.
   *
   * A pattern that nothing matches adds nothing; a name that is not there is a failure.
   *
   * @throws BulkReadError if any can't be read: it carries those that were, and why each was not
   */
  async getAll(options: GetAllOptions = {}): Promise<Map<string, string>> {
    const { names = ['*'], version, context = {}, onFailure = 'reject', onProgress } = options;
    checkContext(context);
    const literals = names.filter((name) => !isPattern(name));
    literals.forEach(checkName);
    const items = new Map<string, SealedItem | undefined>(
      literals.map((name) => [name, undefined]),
    );
    if (literals.length < names.length) {
      for (const item of await scanItems(this.#store, names, version)) items.set(item.name, item);
    }
    let settled = 0;
    onProgress?.(settled, items.size);
    const { done, failures } = await settle(
      items,
      () => onProgress?.(++settled, items.size),
      async (name, scanned) => {
        const item = scanned ?? (await findItem(this.#store, name, version));
        return decodeText(name, await this.#open(item, context));
      },
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
  async put(name: string, value: Value, options: PutOptions = {}): Promise<PutResult> {
    const write = preparePut(name, value, options, this.#onWarning);
    const { context = {} } = options;
    const latest = options.ifChanged ? await this.#store.latest(name) : undefined;
    if (latest && (await this.#holds(latest, valueBytes(name, value), context))) {
      return { name, version: latest.version, isUnchanged: true };
    }
    const version = await write(this.#store, this.#keyService);
    return { name, version, isUnchanged: false };
  }

  /**
   * Store a new version of each of many secrets. All are checked before the first is written.
   *
   * @param secrets Values by name.
   * @returns What became of each, by name and in the order of names.
   * @throws BulkWriteError if any was not stored: it carries those that were, and why each was not
   * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT before any call
   */
  async putAll(
    secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
    options: PutAllOptions = {},
  ): Promise<Map<string, PutResult>> {
    const { onSettled = () => undefined, ...putOptions } = options;
    const values = new Map<string, Value>(
      secrets instanceof Map ? secrets : Object.entries(secrets),
    );
    const silent = () => undefined;
    for (const [name, value] of values) preparePut(name, value, putOptions, silent);
    const { done, failures } = await settle(values, onSettled, (name, value) =>
      this.put(name, value, putOptions),
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

  /**
   * Pad the versions that were stored unpadded, so that they sort among the others. A version is
   * deleted only after its copy was read back; one whose padded form is taken is left alone.
   *
   * @returns What was, or would be, done to each.
   */
  async migrateVersions(options: MigrateOptions = {}): Promise<MigratedVersion[]> {
    return migrateVersions(this.#store, await this.list(), options);
  }

  /** Whether an item is of this value and context: another context is another secret. */
  async #holds(item: SealedItem, value: Uint8Array, context: EncryptionContext): Promise<boolean> {
    try {
      return Buffer.compare(await this.#open(item, context), value) === 0;
    } catch (error) {
      if (error instanceof CredstashError && error.code === 'ERR_CONTEXT_MISMATCH') return false;
      throw error;
    }
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
