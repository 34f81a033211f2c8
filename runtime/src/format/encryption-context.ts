import { CredstashError } from '../errors.js';

/** The pairs that a data key is bound to: reading needs exactly the same. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** @throws ERR_INVALID_ARGUMENT if the context is not a flat object of strings */
export function checkContext(context: EncryptionContext): void {
  // A Map, say, has no entries of its own: it would bind the secret to nothing.
  if (Object.prototype.toString.call(context) !== '[object Object]') {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      'The encryption context must be an object whose values are strings.',
    );
  }
  for (const [key, value] of Object.entries(context)) {
    if (key === '' || typeof value !== 'string') {
      throw new CredstashError(
        'ERR_INVALID_ARGUMENT',
        `The encryption context ${JSON.stringify(key)} must have a name, and a string as its value.`,
      );
    }
  }
}
