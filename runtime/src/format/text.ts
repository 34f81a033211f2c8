import { CredstashError } from '../errors.js';

/** A secret's value: a string, stored as UTF-8, or bytes. */
export type Value = string | Uint8Array;

/**
 * The bytes of a value.
 *
 * @param name The secret's name, for the error.
 * @throws ERR_INVALID_ARGUMENT if a string has half a surrogate pair, which UTF-8 can't hold
 */
export function encodeValue(name: string, value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string' && value.isWellFormed()) return Buffer.from(value);
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The value of ${name} must be bytes, or a string without half a surrogate pair.`,
    { secret: { name } },
  );
}

/**
 * The string that bytes hold.
 *
 * @param name The secret's name, for the error.
 * @throws ERR_NOT_TEXT if they are not UTF-8
 */
export function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The decoder's own error says no more, and must never quote the bytes.
    throw new CredstashError(
      'ERR_NOT_TEXT',
      `The value of ${name} is not UTF-8. Read it with getBytes.`,
      { secret: { name } },
    );
  }
}

/** Compare two strings by their UTF-8 bytes, as DynamoDB does. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
