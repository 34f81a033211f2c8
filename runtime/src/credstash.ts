import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { clientConfig } from './aws/client.js';
import { refuseForeignAnswers } from './aws/foreign-answer.js';
import { compartmentNames, CREDSTASH_OPTIONS, type CredstashOptions } from './compartment.js';
import { decodeText, type Value } from './format/text.js';
import { KmsKeyService } from './keys/kms.js';
import { SecretCache } from './operations/cache.js';
import { safely } from './operations/callback.js';
import { remove, type DeleteOptions } from './operations/delete.js';
import { Envelope } from './operations/envelope.js';
import { getAll, type GetAllOptions } from './operations/get-all.js';
import { get, type GetOptions } from './operations/get.js';
import { history, list, versions, type ListOptions } from './operations/list.js';
import { logged, type Logger } from './operations/log.js';
import {
  migrateVersions,
  type MigratedVersion,
  type MigrateOptions,
} from './operations/migrate-versions.js';
import { takeOptions } from './operations/options.js';
import { preload, type PreloadOptions } from './operations/preload.js';
import { putAll, type PutAllOptions } from './operations/put-all.js';
import type { PutOptions } from './operations/prepare-put.js';
import { put, type PutResult } from './operations/put.js';
import { rebind, type RebindOptions } from './operations/rebind.js';
import { resolve, type ResolveOptions } from './operations/resolve.js';
import { settled } from './operations/service-error.js';
import type { OperationOptions, Services } from './operations/services.js';
import { DynamoDbStore } from './stores/dynamodb.js';
import type { SecretEntry } from './stores/secret-store.js';

type OwnClient = DynamoDBClient | KMSClient;

/**
 * The secrets of one compartment.
 *
 * Every method rejects with a {@link CredstashError}, whose `code` is one of those named there, or
 * ERR_SERVICE if a store or key service of your own fails in a way of its own. Arguments are taken at
 * the call: later changes to them have no effect.
 *
 * @example
 * const credstash = new Credstash({ compartment: 'prod' });
 * const password = await credstash.get('app/db.password');
 */
export class Credstash {
  readonly #services: Services;
  readonly #log: Logger['debug'] | undefined;
  readonly #opened: OwnClient[] = [];

  /**
   * @throws ERR_INVALID_ARGUMENT if no compartment can have this name, a client is of another service,
   * or an option is unknown or malformed
   */
  constructor(options: CredstashOptions = {}) {
    const taken = takeOptions(options, CREDSTASH_OPTIONS);
    const { key, table, keyIsChosen } = compartmentNames(taken, process.env);
    const { region, kmsRegion = region, timeout } = taken;
    const dynamodb =
      taken.dynamodb ?? this.#open(new DynamoDBClient(clientConfig({ region }, timeout)));
    // Credentials are found once, for both.
    const { credentials } = taken.dynamodb ? {} : (dynamodb as DynamoDBClient).config;
    const config = clientConfig({ region: kmsRegion, credentials }, timeout);
    const kms = taken.kms ?? this.#open(new KMSClient(config));
    const store = taken.store ?? new DynamoDbStore(dynamodb, table, timeout);
    const keyService =
      taken.keyService ?? new KmsKeyService(kms, key, keyIsChosen ? key : undefined, timeout);
    const onWarning = safely('onWarning', taken.onWarning, () => undefined);
    const cache = taken.cache && new SecretCache(taken.cache, onWarning);
    const { logger } = taken;
    const debug: Logger['debug'] = (message, event) => logger?.debug(message, event);
    this.#log = logger && safely('logger', debug, onWarning);
    this.#services = { store, envelope: new Envelope(keyService), cache, onWarning };
  }

  /**
   * A secret as a string.
   *
   * @throws ERR_SECRET_NOT_FOUND, ERR_INVALID_ARGUMENT
   * @throws ERR_NOT_TEXT if it is not UTF-8: read it with {@link getBytes}
   * @throws ERR_CONTEXT_MISMATCH, ERR_NOT_BOUND, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST, ERR_UNEXPECTED_KEY
   * @throws ERR_TABLE_NOT_FOUND, ERR_KEY_NOT_FOUND, ERR_KEY_UNAVAILABLE
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const password = await credstash.get('app/db.password', { context: { env: 'prod' } });
   */
  async get(name: string, options: GetOptions = {}): Promise<string> {
    const read = async () => {
      const { version, value } = await get(this.#services, name, options);
      return { version, text: decodeText(name, value) };
    };
    return (await this.#run('get', read, name)).text;
  }

  /**
   * A secret as bytes.
   *
   * @throws ERR_SECRET_NOT_FOUND, ERR_INVALID_ARGUMENT
   * @throws ERR_CONTEXT_MISMATCH, ERR_NOT_BOUND, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST, ERR_UNEXPECTED_KEY
   * @throws ERR_TABLE_NOT_FOUND, ERR_KEY_NOT_FOUND, ERR_KEY_UNAVAILABLE
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const keystore = await credstash.getBytes('app/keystore.p12', { version: 3 });
   */
  async getBytes(name: string, options: GetOptions = {}): Promise<Uint8Array> {
    const read = () => get(this.#services, name, options);
    return (await this.#run('getBytes', read, name)).value;
  }

  /**
   * Many secrets as strings, by name and in the order of names.
   *
   * A pattern that matches nothing adds nothing; a name that does not exist is a failure.
   *
   * @throws ERR_BULK_READ if any can't be read: a {@link BulkReadError}, which carries the secrets
   * that were read, and for each of the others the error that {@link get} would give
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND, or one of the following, if the scan for a pattern fails
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const secrets = await credstash.getAll({ names: ['app/*'] });
   * const password = secrets.get('app/db.password');
   */
  async getAll(options: GetAllOptions = {}): Promise<Map<string, string>> {
    return this.#run('getAll', () => getAll(this.#services, options));
  }

  /**
   * Variables, such as those of `process.env`, with the values of secrets in place of references to
   * them: `credstash:app/db.password`, with `?version=3&context.env=prod` if need be. Any other value
   * is left as it is, and so is what the value of a secret contains.
   *
   * @param env Values by variable.
   * @throws ERR_BULK_READ if any secret can't be read: a {@link BulkReadError}, which carries the
   * variables that were resolved, and for each of the others the error that {@link get} would give
   * @throws ERR_INVALID_ARGUMENT before any call, if a reference is malformed
   * @example
   * const { DB_PASSWORD } = await credstash.resolve(process.env);
   */
  async resolve(
    env: Readonly<Record<string, string | undefined>>,
    options: ResolveOptions = {},
  ): Promise<Record<string, string>> {
    return this.#run('resolve', () => resolve(this.#services, env, options));
  }

  /**
   * Read the latest versions of secrets into the cache.
   *
   * @param names Exact names: a `*` is a letter.
   * @throws ERR_BULK_READ if any can't be read: a {@link BulkReadError}, which carries for each of those
   * the error that {@link get} would give; the others are in the cache
   * @throws ERR_INVALID_ARGUMENT before any call; if there is no cache, too
   * @throws ERR_ABORTED
   * @example
   * await credstash.preload(['app/db.password', 'app/api.key'], { jitter: 1000 });
   */
  async preload(names: readonly string[], options: PreloadOptions = {}): Promise<void> {
    return this.#run('preload', () => preload(this.#services, names, options));
  }

  /**
   * Store a new version of a secret. A stored version is never overwritten.
   *
   * @throws ERR_VERSION_EXISTS
   * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT before any call
   * @throws ERR_OUTCOME_UNKNOWN if every answer was lost: the version may be stored
   * @throws ERR_NO_NEXT_VERSION, ERR_VERSION_CONTENDED with `autoVersion`
   * @throws ERR_NOT_BOUND, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST, ERR_UNEXPECTED_KEY with `ifChanged`, of the
   * latest version
   * @throws ERR_TABLE_NOT_FOUND, ERR_KEY_NOT_FOUND, ERR_KEY_UNAVAILABLE
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const { version } = await credstash.put('app/db.password', 'correct horse', {
   *   context: { env: 'prod' },
   *   autoVersion: true,
   * });
   */
  async put(name: string, value: Value, options: PutOptions = {}): Promise<PutResult> {
    return this.#run('put', () => put(this.#services, name, value, options), name);
  }

  /**
   * Store a new version of each of many secrets. All are checked before the first is written.
   *
   * @param secrets Values by name.
   * @returns The result of each, by name and in the order of names.
   * @throws ERR_BULK_WRITE if any was not stored: a {@link BulkWriteError}, which carries the
   * results of those that were, and for each of the others the error that {@link put} would give
   * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT before any call
   * @example
   * await credstash.putAll({ 'app/db.user': 'app', 'app/db.password': 'correct horse' });
   */
  async putAll(
    secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
    options: PutAllOptions = {},
  ): Promise<Map<string, PutResult>> {
    return this.#run('putAll', () => putAll(this.#services, secrets, options));
  }

  /**
   * Every version of every secret, or of some, by name and then by version, without the values.
   *
   * The whole table is scanned: for one secret, {@link history} costs less.
   *
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * for (const { name, version, comment } of await credstash.list({ names: ['app/*'] })) {
   *   console.log(name, version, comment);
   * }
   */
  async list(options: ListOptions = {}): Promise<SecretEntry[]> {
    return this.#run('list', () => list(this.#services, options));
  }

  /**
   * The versions of a secret, the latest first; none if there is no such secret.
   *
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const [latest] = await credstash.versions('app/db.password');
   */
  async versions(name: string, options: OperationOptions = {}): Promise<string[]> {
    return this.#run('versions', () => versions(this.#services, name, options), name);
  }

  /**
   * The versions of a secret with their comments, the latest first, without the values; none if
   * there is no such secret.
   *
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * for (const { version, comment } of await credstash.history('app/db.password')) {
   *   console.log(version, comment);
   * }
   */
  async history(name: string, options: OperationOptions = {}): Promise<SecretEntry[]> {
    return this.#run('history', () => history(this.#services, name, options), name);
  }

  /**
   * Delete a secret, or one version of it.
   *
   * @returns The versions that were deleted, the oldest first; none if there was nothing to
   * delete.
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * await credstash.delete('app/db.password', { version: 1 });
   */
  async delete(name: string, options: DeleteOptions = {}): Promise<string[]> {
    return this.#run('delete', () => remove(this.#services, name, options), name);
  }

  /**
   * Pad the versions that old clients stored unpadded, so that they sort among the others. A
   * version is deleted only after its copy was read back; one whose padded form is taken is left
   * alone.
   *
   * @returns What was, or would be, done to each.
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const moved = await credstash.migrateVersions({ dryRun: false });
   */
  async migrateVersions(options: MigrateOptions = {}): Promise<MigratedVersion[]> {
    return this.#run('migrateVersions', () => migrateVersions(this.#services, options));
  }

  /**
   * Move secrets to a compartment that binds names: store the latest version of each again, as a new
   * version that is bound to its name and version, and read that back. A secret whose latest version
   * is bound is left alone, so a run that was cut short can be repeated.
   *
   * @returns For each secret, the version that is, or would be, bound, by name and in the order of
   * names; `isUnchanged` if it was before.
   * @throws ERR_BULK_WRITE if any could not be rebound: a {@link BulkWriteError}, which carries the
   * results of those that were, and for each of the others the error of {@link get} or {@link put}
   * @throws ERR_NOT_BOUND if the key does not bind names; ERR_UNEXPECTED_KEY
   * @throws ERR_INVALID_ARGUMENT before any call
   * @throws ERR_TABLE_NOT_FOUND, ERR_KEY_NOT_FOUND, ERR_KEY_UNAVAILABLE
   * @throws ERR_ACCESS_DENIED, ERR_THROTTLED, ERR_UNREACHABLE, ERR_CREDENTIALS,
   * ERR_REGION_MISSING, ERR_WRONG_REGION, ERR_ABORTED, ERR_AWS
   * @example
   * const bound = await credstash.rebind({ names: ['app/*'], dryRun: false });
   */
  async rebind(options: RebindOptions = {}): Promise<Map<string, PutResult>> {
    return this.#run('rebind', () => rebind(this.#services, options));
  }

  /** Close the connections of the clients that were not given to the constructor. */
  close(): void {
    for (const client of this.#opened) client.destroy();
  }

  #run<T>(method: string, work: () => Promise<T>, name?: string): Promise<T> {
    return this.#log ? logged(this.#log, method, name, work) : settled(work());
  }

  #open<T extends OwnClient>(client: T): T {
    this.#opened.push(client);
    return refuseForeignAnswers(client);
  }
}
