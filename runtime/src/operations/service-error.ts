import { CredstashError } from '../errors.js';

/** What a store or a key service rejected with, which may be the caller's own. */
export function asCredstashError(error: unknown): CredstashError {
  if (error instanceof CredstashError) return error;
  const message = `The store or the key service failed: ${messageOf(error)}`;
  return new CredstashError('ERR_SERVICE', message, { cause: error });
}

/** Work that rejects with nothing but a {@link CredstashError}. */
export async function settled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asCredstashError(error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
