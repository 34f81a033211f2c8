import { CredstashError } from '../errors.js';
import { padVersion } from '../format/version.js';
import type { StoreLimits } from '../stores/secret-store.js';
import { isPattern } from './pattern.js';

/** What the attributes `key`, `hmac` and `digest`, and the names of all, take at most. */
const RESERVED_BYTES = 1024;

/** @throws ERR_INVALID_ARGUMENT if no secret of the store can have this name */
export function checkName(name: string, { nameBytes }: StoreLimits): void {
  if (
    typeof name !== 'string' ||
    name === '' ||
    !name.isWellFormed() ||
    Buffer.byteLength(name) > nameBytes
  ) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `A secret's name is a string of 1 to ${nameBytes} bytes, without half a surrogate pair.`,
    );
  }
}

/**
 * The exact names among names and patterns.
 *
 * @throws ERR_INVALID_ARGUMENT if no secret of the store can have one of them
 */
export function exactNames(names: readonly string[], limits: StoreLimits): string[] {
  const exact = names.filter((name) => !isPattern(name));
  for (const name of exact) checkName(name, limits);
  return exact;
}

/**
 * A version as the store keeps it.
 *
 * @throws ERR_INVALID_ARGUMENT if no secret of the store can have it
 */
export function storedVersion(version: string | number, { versionBytes }: StoreLimits): string {
  const padded = padVersion(version);
  if (Buffer.byteLength(padded) > versionBytes) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `A version has at most ${versionBytes} bytes.`,
    );
  }
  return padded;
}

/** @throws ERR_VALUE_TOO_LARGE if the sealed value can't fit in one item of the store */
export function checkSize(
  name: string,
  value: Uint8Array,
  others: readonly string[],
  { itemBytes }: StoreLimits,
): void {
  const taken = RESERVED_BYTES + Buffer.byteLength(name + others.join(''));
  // The ciphertext is as long as the value, and base64 stores 3 bytes in 4.
  const most = Math.max(0, Math.floor((itemBytes - taken) / 4) * 3);
  if (value.length > most) {
    throw new CredstashError(
      'ERR_VALUE_TOO_LARGE',
      `The value of ${name} has ${value.length} bytes; ${most} fit in one item beside its name and comment. Split it, or store a data key here and the value elsewhere.`,
      { secret: { name } },
    );
  }
}
