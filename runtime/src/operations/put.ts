import { setTimeout } from 'node:timers/promises';

import { inOrderTo } from '../aws/refusal.js';
import { AwsError, CredstashError } from '../errors.js';
import type { SealedItem } from '../format/item.js';
import type { Value } from '../format/text.js';
import { isUnpadded, padVersion, unpadVersion, versionAfter } from '../format/version.js';
import type { SecretStore } from '../stores/secret-store.js';
import { takeOptions } from './options.js';
import { preparePut, PUT_OPTIONS, type PreparedPut, type PutOptions } from './prepare-put.js';
import { httpStatus } from './service-error.js';
import type { Services } from './services.js';

/** The outcome of a put. */
export interface PutResult {
  readonly name: string;
  /** The version that has the value, padded to 19 characters. */
  readonly version: string;
  /** Whether the latest version had the value already, so that nothing was written. */
  readonly isUnchanged: boolean;
}

/** Tries to take a next version while others do: seconds in all, as the delay is at most one. */
const AUTO_VERSION_TRIES = 40;

/** Store a new version of a secret. */
export async function put(
  services: Services,
  name: string,
  value: Value,
  options: PutOptions,
): Promise<PutResult> {
  const taken = takeOptions(options, PUT_OPTIONS);
  return putPrepared(services, preparePut(services.store.limits, name, value, taken));
}

/** Store what was prepared. */
export async function putPrepared(services: Services, prepared: PreparedPut): Promise<PutResult> {
  const { store, onWarning } = services;
  const { name, digest } = prepared;
  if (digest === 'SHA' || digest === 'MD5') {
    onWarning(`The digest ${digest} is weak: use it only for clients that know no other.`);
  }
  try {
    const latest = prepared.ifChanged ? await store.latest(name, prepared.signal) : undefined;
    if (latest && (await holds(services, latest, prepared))) {
      return { name, version: latest.version, isUnchanged: true };
    }
    return { name, version: await write(services, prepared), isUnchanged: false };
  } finally {
    services.cache?.drop(name);
  }
}

/** Seal and store, and give the version that it got. */
async function write(services: Services, prepared: PreparedPut): Promise<string> {
  const { store, envelope } = services;
  const { name, signal } = prepared;
  const version = prepared.version ?? (await nextVersion(services, name, signal));
  const putIfAbsent = async (each: string) =>
    putKnowing(store, await envelope.seal(prepared, each, signal), signal);
  if (await putIfAbsent(version)) return version;
  if (prepared.version !== undefined) throw await versionExists(store, name, version);
  for (let tries = 1; tries < AUTO_VERSION_TRIES; tries++) {
    await setTimeout(Math.random() * Math.min(1000, 20 * 2 ** tries));
    const next = await nextVersion(services, name, signal);
    if (await putIfAbsent(next)) return next;
  }
  throw new CredstashError(
    'ERR_VERSION_CONTENDED',
    `Other writers took each next version of ${name} in ${AUTO_VERSION_TRIES} tries. Nothing was stored: try again.`,
    { secret: { name } },
  );
}

/**
 * Put an item, and know whether it was stored.
 *
 * @throws ERR_OUTCOME_UNKNOWN if no answer came: the item may be stored
 */
async function putKnowing(
  store: SecretStore,
  item: SealedItem,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await store.putIfAbsent(item, signal).catch((error: unknown) => {
      // The store knows its own item: to put it again tells whether it is there.
      if (isUnanswered(error) && !signal?.aborted) return store.putIfAbsent(item, signal);
      throw error;
    });
  } catch (cause) {
    if (!isUnanswered(cause)) throw cause;
    const { name, version } = item;
    throw new CredstashError(
      'ERR_OUTCOME_UNKNOWN',
      `${name} version ${unpadVersion(version)} may be stored: no answer came. Read it, or put exactly that version again: if it is there, you get ERR_VERSION_EXISTS.`,
      { cause, secret: { name, version } },
    );
  }
}

/** Whether a call failed in a way that leaves open whether AWS did it. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof AwsError)) return false;
  const status = httpStatus(error);
  const isRefused = status >= 400 && status < 500;
  return ['ERR_ABORTED', 'ERR_AWS', 'ERR_UNREACHABLE'].includes(error.code) && !isRefused;
}

async function nextVersion(
  { store, onWarning }: Services,
  name: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const [highest] = await inOrderTo('write', store.versions(name, 1, signal));
  if (highest === undefined) return padVersion(1);
  if (!isUnpadded(highest)) return versionAfter(name, [highest]);
  // In byte order an unpadded version hides every padded one: the largest number may be any.
  const next = versionAfter(
    name,
    await inOrderTo('write', store.versions(name, undefined, signal)),
  );
  onWarning(
    `${name} has the unpadded version ${highest}, which readers see as the latest: they won't see version ${unpadVersion(next)}. Repair it with migrateVersions, or \`credstash migrate-versions\`.`,
  );
  return next;
}

async function versionExists(store: SecretStore, name: string, version: string) {
  const [latestVersion] = await store.versions(name, 1).catch(() => []);
  const hint = latestVersion === undefined ? '' : ` (the latest is ${unpadVersion(latestVersion)})`;
  return new CredstashError(
    'ERR_VERSION_EXISTS',
    `${name} has a version ${unpadVersion(version)} already${hint}. Put another version, or the next one with autoVersion.`,
    { secret: { name, version, latestVersion } },
  );
}

/** Whether an item has this value and context: with another context it is another secret. */
async function holds(
  { envelope }: Services,
  item: SealedItem,
  { value, context, signal }: PreparedPut,
): Promise<boolean> {
  try {
    return Buffer.compare(await envelope.open(item, context, signal), value) === 0;
  } catch (error) {
    if (error instanceof CredstashError && error.code === 'ERR_CONTEXT_MISMATCH') return false;
    throw error;
  }
}
