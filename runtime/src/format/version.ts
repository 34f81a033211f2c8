import { CredstashError } from '../errors.js';

/** The width that Python credstash pads versions to (`PAD_LEN`). */
const WIDTH = 19;

/** A DynamoDB sort key holds at most 1,024 bytes (AWS, "Quotas in Amazon DynamoDB"). */
const MAX_BYTES = 1024;

/**
 * A version as it is stored: left-padded with `0` to 19 characters, texts too.
 *
 * @param version A text, or a whole number from 0.
 * @throws ERR_INVALID_ARGUMENT if it is empty, too long, negative or not whole.
 */
export function padVersion(version: string | number): string {
  if (typeof version === 'number' && !(Number.isSafeInteger(version) && version >= 0)) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `The version ${version} is not a whole number from 0. Give larger ones as a string.`,
    );
  }
  const text = String(version);
  if (
    !['string', 'number'].includes(typeof version) ||
    text === '' ||
    !text.isWellFormed() ||
    Buffer.byteLength(text) > MAX_BYTES
  ) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `A version is a well-formed text of 1 to ${MAX_BYTES} bytes, or a whole number.`,
    );
  }
  return padCharacters(text);
}

/** Python counts characters (code points) where `padStart` counts UTF-16 units. */
function padCharacters(text: string): string {
  return '0'.repeat(Math.max(0, WIDTH - Array.from(text).length)) + text;
}

/** Order of two texts as DynamoDB sorts them: by their UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether a version was stored unpadded, as credstash did before December 2015. */
export function isUnpadded(version: string): boolean {
  return isNumeric(version) && version.length < WIDTH;
}

/**
 * The version after the given ones: one more than the largest number among them.
 *
 * @param versions As stored, the highest in byte order first; not empty.
 * @throws ERR_NO_NEXT_VERSION if the highest is a text, or the largest number of 19 digits.
 */
export function versionAfter(versions: readonly string[]): string {
  const highest = versions[0] ?? '';
  if (!isNumeric(highest)) {
    throw new CredstashError(
      'ERR_NO_NEXT_VERSION',
      `Can not autoincrement version. The current version: ${highest} is not an int`,
    );
  }
  const numbers = versions.filter(isNumeric).map(BigInt);
  const next = numbers.reduce((a, b) => (a > b ? a : b)) + 1n;
  if (String(next).length > WIDTH) {
    throw new CredstashError(
      'ERR_NO_NEXT_VERSION',
      `Can not autoincrement version. The current version: ${highest} is the highest there is`,
    );
  }
  return padVersion(String(next));
}

function isNumeric(version: string): boolean {
  return /^[0-9]+$/.test(version);
}
