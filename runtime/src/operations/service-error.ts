import { CredstashError, type AwsError } from '../errors.js';

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

/** The status with which AWS answered a call that failed; 0 if it gave no answer. */
export function httpStatus({ cause }: AwsError): number {
  const answered = cause as { $metadata?: { httpStatusCode?: number } } | undefined;
  return answered?.$metadata?.httpStatusCode ?? 0;
}
