import { setTimeout } from 'node:timers/promises';

import { CredstashError } from '../errors.js';
import { checkContext, checkName, checkSize, valueBytes, type EncryptionContext } from './input.js';
import { sealItem } from '../format/item.js';
import type { KeyService } from '../keys/kms.js';
import { DIGESTS, isDigest, type Digest } from '../format/seal.js';
import type { SecretStore } from '../stores/secret-store.js';
import { isUnpadded, padVersion, versionAfter } from '../format/version.js';

/** A secret's value: a text, stored as UTF-8, or bytes. */
export type Value = string | Uint8Array;

export interface PutOptions {
  /**
   * The version to write.
   *
   * @default 1
   */
  readonly version?: string | number | undefined;
  /**
   * Write the version after the latest; if another writer takes it, the one after that.
   *
   * @default false
   */
  readonly autoVersion?: boolean | undefined;
  /**
   * Write nothing if the latest version has this value and context. To tell, it is read.
   *
   * @default false
   */
  readonly ifChanged?: boolean | undefined;
  /**
   * Bound to the secret: the same context, exactly, is needed to read it. It is not stored, and
   * shows in CloudTrail.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
  /**
   * Stored beside the secret, in clear.
   *
   * @default - none
   */
  readonly comment?: string | undefined;
  /**
   * The hash of the HMAC. SHA and MD5 are weak, and for old clients only.
   *
   * @default 'SHA256'
   */
  readonly digest?: Digest | undefined;
}

/** What became of a put. */
export interface PutResult {
  readonly name: string;
  /** The version that has the value, padded to 19 characters. */
  readonly version: string;
  /** Whether the latest version had the value already, so that nothing was written. */
  readonly isUnchanged: boolean;
}

/** Tries to take a next version while others do: seconds in all, as the delay is at most one. */
const AUTO_VERSION_TRIES = 40;

/** Writes what was prepared, and gives the version it got. */
export type PreparedPut = (store: SecretStore, keyService: KeyService) => Promise<string>;

/**
 * Check all that can be checked of a put before any call.
 *
 * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT
 */
export function preparePut(
  name: string,
  value: Value,
  options: PutOptions,
  warn: (warning: string) => void,
): PreparedPut {
  const { version: given, autoVersion = false, context = {}, comment, digest = 'SHA256' } = options;
  checkName(name);
  checkContext(context);
  if (autoVersion && given !== undefined) {
    throw new CredstashError('ERR_INVALID_ARGUMENT', 'Give a version or autoVersion, not both.');
  }
  if (!isDigest(digest)) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${JSON.stringify(digest)} is not a digest: choose one of ${DIGESTS.join(', ')}.`,
    );
  }
  if (digest === 'SHA' || digest === 'MD5') {
    warn(`The digest ${digest} is weak: use it only for clients that know no other.`);
  }
  const version = padVersion(given ?? 1);
  const plaintext = valueBytes(name, value);
  checkSize(name, plaintext, version, comment);

  return async (store, keyService) => {
    const first = autoVersion ? await nextVersion(store, name, warn) : version;
    const dataKey = await keyService.generateDataKey(context);
    const item = sealItem(name, plaintext, dataKey, { digest, comment });
    dataKey.plaintext.fill(0);
    if (await store.putIfAbsent({ ...item, version: first })) return first;
    if (!autoVersion) throw await versionExists(store, name, version);
    for (let tries = 1; tries < AUTO_VERSION_TRIES; tries++) {
      await setTimeout(Math.random() * Math.min(1000, 20 * 2 ** tries));
      const next = await nextVersion(store, name, warn);
      if (await store.putIfAbsent({ ...item, version: next })) return next;
    }
    throw new CredstashError(
      'ERR_VERSION_CONTENDED',
      `Other writers took each next version of ${name} in ${AUTO_VERSION_TRIES} tries. Nothing was stored: try again.`,
    );
  };
}

async function nextVersion(
  store: SecretStore,
  name: string,
  warn: (warning: string) => void,
): Promise<string> {
  const [highest] = await store.versions(name, 1);
  if (highest === undefined) return padVersion(1);
  if (!isUnpadded(highest)) return versionAfter([highest]);
  // In byte order an unpadded version hides every padded one: the largest number may be any.
  const next = versionAfter(await store.versions(name));
  warn(
    `${name} has the unpadded version ${highest}, which readers take for the latest: they won't see version ${shown(next)}. Repair it with credstash migrate-versions.`,
  );
  return next;
}

async function versionExists(store: SecretStore, name: string, version: string) {
  const [latest] = await store.versions(name, 1).catch(() => []);
  const hint = latest === undefined ? '' : ` (the latest is ${shown(latest)})`;
  return new CredstashError(
    'ERR_VERSION_EXISTS',
    `${name} version ${shown(version)} is already in the credential store. Use the -v flag to specify a new version${hint}`,
  );
}

/** A stored version as people write it: without the padding. */
function shown(version: string): string {
  return version.replace(/^0+(?=.)/, '');
}
