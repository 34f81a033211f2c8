import { CredstashError } from '../errors.js';

/** The pairs that a data key is bound to: reading needs exactly the same. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * A copy of a context that a caller gave.
 *
 * @throws ERR_INVALID_ARGUMENT if it is not a flat object of strings
 */
export function copyContext(context: unknown): EncryptionContext {
  // A Map, say, has no entries of its own: it would bind the secret to nothing.
  if (Object.prototype.toString.call(context) !== '[object Object]') {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      'The encryption context must be an object whose values are strings.',
    );
  }
  const pairs = Object.entries(context as Readonly<Record<string, unknown>>);
  for (const [key, value] of pairs) {
    if (key === '' || typeof value !== 'string' || !(key + value).isWellFormed()) {
      throw new CredstashError(
        'ERR_INVALID_ARGUMENT',
        `The encryption context ${JSON.stringify(key)} must have a name, and a string as its value, without half a surrogate pair.`,
      );
    }
  }
  return Object.fromEntries(pairs) as EncryptionContext;
}
