import { CredstashError } from '../errors.js';

/** A secret's value: a string, stored as UTF-8, or bytes. */
export type Value = string | Uint8Array;

/**
 * @param what The string's name, for the error.
 * @throws ERR_INVALID_ARGUMENT if it is no string, or has half a surrogate pair, which UTF-8 can't
 * hold
 */
export function checkText(what: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.isWellFormed()) return;
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `${what} must be a string without half a surrogate pair.`,
  );
}

/**
 * The bytes of a value: a copy, as the caller may change them later.
 *
 * @param name The secret's name, for the error.
 * @throws ERR_INVALID_ARGUMENT if a string has half a surrogate pair, which UTF-8 can't hold
 */
export function encodeValue(name: string, value: unknown): Uint8Array {
  // Not `instanceof`: they may be of another realm.
  if (
    ArrayBuffer.isView(value) &&
    Object.prototype.toString.call(value) === '[object Uint8Array]'
  ) {
    // It throws if the bytes were transferred, to a worker for example: that is no empty value.
    return new Uint8Array(value as Uint8Array);
  }
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
