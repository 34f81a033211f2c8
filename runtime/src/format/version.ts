import { CredstashError } from '../errors.js';

/** The width that Python credstash pads versions to (`PAD_LEN`). */
const WIDTH = 19;

/**
 * A version as it is stored: left-padded with `0` to 19 characters, also if it is not a number.
 *
 * @param version A string, or a whole number from 0.
 * @throws ERR_INVALID_ARGUMENT if it is empty, malformed, negative or not whole
 */
export function padVersion(version: string | number): string {
  if (typeof version === 'number' && !(Number.isSafeInteger(version) && version >= 0)) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `The version ${version} is not a whole number from 0. Give larger ones as a string.`,
    );
  }
  const text = typeof version === 'number' ? String(version) : version;
  if (typeof text !== 'string' || text === '' || !text.isWellFormed()) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      'A version is a whole number, or a string that is not empty and has no half surrogate pair.',
    );
  }
  return padCharacters(text);
}

/** How a version may be stored: padded, or, before December 2015, as it was given. */
export function versionForms(version: string | number): string[] {
  return [...new Set([padVersion(version), String(version)])];
}

/** A stored version as people write it: without the padding. */
export function unpadVersion(version: string): string {
  return version.replace(/^0+(?=.)/, '');
}

/** Whether a version was stored unpadded, as credstash did before December 2015. */
export function isUnpadded(version: string): boolean {
  return isNumeric(version) && version.length < WIDTH;
}

/**
 * The version after the given ones: one more than the largest number among them.
 *
 * @param name The secret's name, for the error.
 * @param versions As stored, the highest in byte order first; not empty.
 * @throws ERR_NO_NEXT_VERSION if the highest is not a number, or the largest number of 19 digits
 */
export function versionAfter(name: string, versions: readonly string[]): string {
  const highest = versions[0] ?? '';
  if (!isNumeric(highest)) throw noVersionAfter(name, highest, 'not a number');
  const numbers = versions.filter(isNumeric);
  const largest = numbers.reduce((a, b) => (BigInt(a) >= BigInt(b) ? a : b));
  const next = String(BigInt(largest) + 1n);
  if (next.length > WIDTH) throw noVersionAfter(name, largest, 'the highest number');
  return padVersion(next);
}

function noVersionAfter(name: string, latestVersion: string, reason: string): CredstashError {
  return new CredstashError(
    'ERR_NO_NEXT_VERSION',
    `${name} has no next version: its latest, ${latestVersion}, is ${reason}. Delete that version if nobody needs it; another one, given by name, would not become the latest.`,
    { secret: { name, latestVersion } },
  );
}

/** Python counts characters (code points) where `padStart` counts UTF-16 units. */
function padCharacters(text: string): string {
  return '0'.repeat(Math.max(0, WIDTH - Array.from(text).length)) + text;
}

export function isNumeric(version: string): boolean {
  return /^[0-9]+$/.test(version);
}
