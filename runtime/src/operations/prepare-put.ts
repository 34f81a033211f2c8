import type { EncryptionContext } from '../format/encryption-context.js';
import { DIGESTS, type Digest } from '../format/seal.js';
import { encodeValue, type Value } from '../format/text.js';
import type { StoreLimits } from '../stores/secret-store.js';
import { checkName, checkSize, storedVersion } from './checks.js';
import type { Plaintext } from './envelope.js';
import {
  invalid,
  read,
  takeBoolean,
  takeContext,
  takeOneOf,
  takeText,
  takeVersion,
  type Takers,
} from './options.js';
import { OPERATION_OPTIONS, type OperationOptions } from './services.js';

export interface PutOptions extends OperationOptions {
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
   * Write nothing if the latest version has this value and context. This reads the latest version.
   *
   * @default false
   */
  readonly ifChanged?: boolean | undefined;
  /**
   * Bound to the secret: reading it needs exactly the same context. It is not stored, and shows in
   * CloudTrail.
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

export const PUT_OPTIONS: Takers<PutOptions> = {
  ...OPERATION_OPTIONS,
  version: takeVersion,
  autoVersion: takeBoolean,
  ifChanged: takeBoolean,
  context: takeContext,
  comment: takeText,
  digest: takeOneOf(...DIGESTS),
};

/** A put that was checked. */
export interface PreparedPut extends Plaintext {
  /** The version to write, as stored; the next one if undefined. */
  readonly version: string | undefined;
  readonly ifChanged: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Check all that can be checked of a put before any call.
 *
 * @param options As taken.
 * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT
 */
export function preparePut(
  limits: StoreLimits,
  name: string,
  value: Value,
  options: PutOptions,
): PreparedPut {
  const { version, autoVersion = false, ifChanged = false } = options;
  const { context = {}, comment, digest = 'SHA256', signal } = options;
  checkName(name, limits);
  if (autoVersion && version !== undefined) {
    throw invalid('Give a version or autoVersion, not both.');
  }
  const stored = storedVersion(version ?? 1, limits);
  const bytes = read(() => encodeValue(name, value));
  checkSize(name, bytes, [stored, comment ?? ''], limits);
  return {
    name,
    value: bytes,
    version: autoVersion ? undefined : stored,
    ifChanged,
    context,
    comment,
    digest,
    signal,
  };
}
